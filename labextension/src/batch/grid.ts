/** Every row as a small square, coloured by its state, and what the colours mean; a canvas: there may be tens of thousands. */

import { element, setText } from '../view/dom';
import { whole } from '../view/format';
import { LETTERS } from './state';
import { rowState } from './words';

/** Pixels: the most height that it takes, the largest square, and the gap between two. */
const HEIGHT = 150;
const LARGEST = 14;
const GAP = 1;

export interface Layout {
  readonly size: number;
  readonly across: number;
  readonly lines: number;
}

/** The largest squares with which so many fit into the width and the height; several rows a square below 3 pixels. */
export function layout(total: number, width: number, height = HEIGHT): Layout {
  for (let size = LARGEST; size > 2; size -= 1) {
    const across = Math.max(1, Math.floor(width / size));
    const lines = Math.ceil(total / across);
    if (lines * size <= height) {
      return { size, across, lines };
    }
  }
  const across = Math.max(1, Math.floor(width / 2));
  return { size: 2, across, lines: Math.ceil(total / across) };
}

export class StateGrid {
  readonly node: HTMLCanvasElement;
  /** The states that occur, and how many rows are in each. */
  readonly legend = element('div', { class: 'wsn-batch-legend' });
  private shape: Layout = { size: LARGEST, across: 1, lines: 1 };
  private letters: Uint8Array = new Uint8Array();

  constructor(signal: AbortSignal, onRow: (position: number) => void) {
    this.node = element('canvas', { class: 'wsn-batch-grid', role: 'img' });
    for (const status of Object.keys(LETTERS)) {
      this.legend.append(
        element('span', { class: `wsn-is-${status}` }, element('i', { class: 'wsn-batch-swatch' }), element('span'))
      );
    }
    this.node.addEventListener('click', event => {
      const position = Math.floor(event.offsetY / this.shape.size) * this.shape.across + Math.floor(event.offsetX / this.shape.size);
      if (position < this.letters.length) {
        onRow(position);
      }
    });
    const size = new ResizeObserver(() => this.draw());
    size.observe(this.node);
    // Another theme: the squares are drawn, and do not follow by themselves.
    const theme = new MutationObserver(() => requestAnimationFrame(() => this.draw()));
    theme.observe(document.body, { attributeFilter: ['data-jp-theme-light', 'class', 'data-vscode-theme-kind'] });
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', () => this.draw(), { signal });
    signal.addEventListener('abort', () => {
      size.disconnect();
      theme.disconnect();
    });
  }

  update(letters: Uint8Array, label: string, counts: Readonly<Record<string, number>>): void {
    this.letters = letters;
    Object.keys(LETTERS).forEach((status, place) => {
      const entry = this.legend.children[place];
      const count = counts[status] ?? 0;
      if (entry instanceof HTMLElement && entry.lastElementChild !== null) {
        entry.dataset['none'] = String(count === 0);
        setText(entry.lastElementChild, `${whole(count)} ${rowState(status)}`);
      }
    });
    this.node.setAttribute('aria-label', label);
    this.draw();
  }

  private draw(): void {
    const width = this.node.clientWidth;
    const context = this.node.getContext('2d');
    if (width === 0 || context === null) {
      return;
    }
    const shape = layout(this.letters.length, width);
    const ratio = window.devicePixelRatio || 1;
    const height = shape.lines * shape.size;
    this.shape = shape;
    const across = Math.round(width * ratio);
    const down = Math.round(height * ratio);
    if (this.node.width !== across || this.node.height !== down) {
      this.node.width = across;
      this.node.height = down;
      this.node.style.height = `${height}px`;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    this.paint(context, shape);
  }

  private paint(context: CanvasRenderingContext2D, { size, across }: Layout): void {
    const swatches = [...this.legend.querySelectorAll('.wsn-batch-swatch')];
    const side = size > 3 ? size - GAP : size;
    Object.values(LETTERS).forEach((letter, index) => {
      const code = letter.charCodeAt(0);
      const swatch = swatches[index];
      // The page knows its theme; a canvas does not.
      context.fillStyle = swatch === undefined ? '#888' : getComputedStyle(swatch).backgroundColor;
      for (let place = 0; place < this.letters.length; place += 1) {
        if (this.letters[place] === code) {
          context.fillRect((place % across) * size, Math.floor(place / across) * size, side, side);
        }
      }
    });
  }
}
