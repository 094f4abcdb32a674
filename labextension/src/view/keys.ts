/** The keys of the view. */

/** The notebook has its own use for keys without Ctrl, Alt or Meta: `x` cuts a cell. It gets none that was pressed in here. */
export function keepPlainKeys(event: KeyboardEvent): void {
  if (!event.ctrlKey && !event.metaKey && !event.altKey && event.key !== 'Tab' && event.key !== 'Escape') {
    event.stopPropagation();
  }
}

/** No key that is pressed in `node` is heard outside of it. */
export function keepKeys(node: HTMLElement, signal: AbortSignal): void {
  for (const kind of ['keydown', 'keypress', 'keyup'] as const) {
    node.addEventListener(kind, event => event.stopPropagation(), { signal });
  }
}

/** The row that a key leads to. */
export const MOVES: ReadonlyMap<string, (index: number, last: number) => number> = /* @__PURE__ */ new Map([
  ['ArrowDown', (index: number) => index + 1],
  ['ArrowUp', (index: number) => index - 1],
  ['Home', () => 0],
  ['End', (_index: number, last: number) => last]
]);
