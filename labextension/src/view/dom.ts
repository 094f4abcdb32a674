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
  ...children: readonly (Node | string)[]
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
export function isolated(text: string): (Node | string)[] {
  const pieces = RIGHT_TO_LEFT.test(text) ? text.split(/("(?:[^"\\\n]|\\.)*")/) : [text];
  return pieces.map((piece, index) => (index % 2 === 1 ? element('bdi', { text: piece }) : piece));
}

export function show(node: HTMLElement, visible: boolean): void {
  if (node.hidden === visible) {
    node.hidden = !visible;
  }
}

/** Put `node` behind `before`, or first of all. One that stands there is not touched: what is moved loses the focus. */
export function putBehind(parent: Element, before: Element | null, node: Element): void {
  const place = before === null ? parent.firstElementChild : before.nextElementSibling;
  if (place !== node) {
    parent.insertBefore(node, place);
  }
}

/** Take away the views whose keys are not among those `present`. */
export function dropOthers<View>(views: Map<string, View>, present: ReadonlySet<string>, end: (view: View) => void): void {
  for (const [key, view] of views) {
    if (!present.has(key)) {
      end(view);
      views.delete(key);
    }
  }
}

/** Have `parent` hold as many of these nodes as `count`: those beyond are taken away, and others made. */
export function sized<N extends Element>(nodes: N[], count: number, parent: Element, make: () => N): readonly N[] {
  while (nodes.length > count) {
    nodes.pop()?.remove();
  }
  while (nodes.length < count) {
    const node = make();
    nodes.push(node);
    parent.append(node);
  }
  return nodes;
}

/** A list of names, each with what it is; without those of which nothing is known. */
export function factList(entries: readonly (readonly [name: string, value: string])[]): HTMLElement {
  const known = entries.filter(([, value]) => value !== '');
  const lines = known.flatMap(([name, value]) => [element('dt', { text: name }), element('dd', { text: value })]);
  return element('dl', { class: 'wsn-facts-list' }, ...lines);
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
