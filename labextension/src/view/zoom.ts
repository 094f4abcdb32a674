/** What of the timeline's time is shown, as keys, the wheel and dragging change it, and where the pointer is over it. */

import { isWhole, panned, zoomed, type TimeWindow } from './window';

/** One press of W or S, and of A or D as a part of the width. */
const ZOOM = 1.5;
const PAN = 0.2;

/** Keys that change what is shown. */
const KEYS: Readonly<Record<string, (zoom: Zoom) => void>> = {
  w: zoom => zoom.by(1 / ZOOM, zoom.pointer),
  s: zoom => zoom.by(ZOOM, zoom.pointer),
  a: zoom => zoom.pan(-PAN),
  d: zoom => zoom.pan(PAN),
  '0': zoom => zoom.show(null)
};

export class Zoom {
  /** What all bars need, in milliseconds, and the width that they have, in pixels. */
  span = 0;
  plot = 0;
  /** Where the pointer is over the plot, from 0 to 1; the middle where it is not. */
  pointer = 0.5;
  private part: TimeWindow | null = null;
  private dragged = false;

  /** `lines` is as wide as the plot; `onShow` is told when another part is shown. */
  constructor(
    grid: HTMLElement,
    private readonly lines: HTMLElement,
    private readonly onShow: (zoomed: boolean) => void,
    private readonly signal: AbortSignal
  ) {
    grid.addEventListener('pointermove', event => (this.pointer = this.shareOf(event)), { signal });
    // The wheel alone scrolls the page.
    grid.addEventListener('wheel', event => this.onWheel(event), { signal, passive: false });
    grid.addEventListener('pointerdown', event => this.onDown(event), { signal });
  }

  get shown(): TimeWindow {
    return this.part ?? { from: 0, span: this.span };
  }

  /** Whether it was one of its keys. */
  press(key: string): boolean {
    const act = Object.hasOwn(KEYS, key.toLowerCase()) ? KEYS[key.toLowerCase()] : undefined;
    act?.(this);
    return act !== undefined;
  }

  /** Whether the click that is told of ends a drag. */
  endsDrag(): boolean {
    const { dragged } = this;
    this.dragged = false;
    return dragged;
  }

  by(factor: number, share: number): void {
    this.show(zoomed(this.shown, this.span, factor, share));
  }

  pan(by: number): void {
    this.show(panned(this.shown, this.span, by));
  }

  /** Null: all of the time. */
  show(window: TimeWindow | null): void {
    this.part = window === null || isWhole(window, this.span) ? null : window;
    this.onShow(this.part !== null);
  }

  private shareOf(event: MouseEvent): number {
    const { left, width } = this.lines.getBoundingClientRect();
    return width > 0 ? Math.min(1, Math.max(0, (event.clientX - left) / width)) : 0.5;
  }

  private onWheel(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.by(event.deltaY < 0 ? 1 / ZOOM : ZOOM, this.shareOf(event));
    } else if (this.part !== null && Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      this.pan(event.deltaX / Math.max(1, this.plot));
    }
  }

  /** Drag what is zoomed. */
  private onDown(start: PointerEvent): void {
    if (this.part === null || start.button !== 0) {
      return;
    }
    const first = this.part;
    const ended = new AbortController();
    this.signal.addEventListener('abort', () => ended.abort(), { signal: ended.signal });
    const onMove = (event: PointerEvent): void => {
      this.dragged = this.dragged || Math.abs(event.clientX - start.clientX) > 3;
      this.show(panned(first, this.span, (start.clientX - event.clientX) / Math.max(1, this.plot)));
    };
    this.dragged = false;
    document.addEventListener('pointermove', onMove, { signal: ended.signal });
    for (const kind of ['pointerup', 'pointercancel'] as const) {
      document.addEventListener(kind, () => ended.abort(), { signal: ended.signal });
    }
  }
}
