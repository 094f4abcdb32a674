/** Small helpers to build elements; every text goes in as text. */

export interface Attributes {
  readonly class?: string;
  readonly text?: string;
  readonly title?: string;
  readonly [attribute: string]: string | undefined;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) {
      continue;
    }
    if (name === 'text') {
      node.textContent = value;
    } else {
      node.setAttribute(name, value);
    }
  }
  node.append(...children);
  return node;
}

/** Set a node's text only when it differs, so that selections and the layout stay. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

export function setAttribute(node: Element, name: string, value: string): void {
  if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value);
  }
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** `text` as nodes: quoted strings that are written from right to left leave what stands around them in its order. */
export function isolated(text: string): Node[] {
  const pieces = RIGHT_TO_LEFT.test(text) ? text.split(/("(?:[^"\\\n]|\\.)*")/) : [text];
  return pieces.map((piece, index) => (index % 2 === 1 ? element('bdi', { text: piece }) : document.createTextNode(piece)));
}

export function show(node: HTMLElement, visible: boolean): void {
  if (node.hidden === visible) {
    node.hidden = !visible;
  }
}

/** Scrolled to its end, or nearly so. */
export function isAtEnd({ scrollTop, clientHeight, scrollHeight }: HTMLElement): boolean {
  return scrollTop + clientHeight >= scrollHeight - 8;
}

/** At a share of the width, from 0 to 1. */
export function placed(name: string, share: number): HTMLElement {
  const node = element('div', { class: name });
  node.style.left = `${share * 100}%`;
  return node;
}
