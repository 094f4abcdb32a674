/** Texts for people: JupyterLab's translations where there are any, else the English of the sources. */

/** The part of JupyterLab's TranslationBundle that is used here. */
export interface Texts {
  /** `%1` is replaced by the first of `args`. */
  __(text: string, ...args: readonly unknown[]): string;
  /** `%1` is replaced by `count`. */
  _n(one: string, many: string, count: number, ...args: readonly unknown[]): string;
}

/** The domain of the translations: the name of the language packs' catalogue. */
export const DOMAIN = 'ws_notebook';

export const english: Texts = {
  __: (text, ...args) => filled(text, args),
  _n: (one, many, count, ...args) => filled(count === 1 ? one : many, [count, ...args])
};

/** Where the extension leaves its texts for the widgets of the same page, whose scripts are their own. */
const PLACE = Symbol.for('ws-notebook:texts');

type Page = Record<symbol, Texts | undefined>;

/** Have the page's widgets speak as the extension does. */
export function offerTexts(texts: Texts): void {
  (globalThis as unknown as Page)[PLACE] = texts;
}

/** The extension's texts where the page has it, else English. */
export function pageTexts(): Texts {
  return (globalThis as unknown as Page)[PLACE] ?? english;
}

/** A text in the page's language. One page speaks one. */
export function __(text: string, ...args: readonly unknown[]): string {
  return pageTexts().__(text, ...args);
}

/** One text for one, another for many; `%1` is the number as `shown`. */
export function _n(one: string, many: string, count: number, shown: string = String(count)): string {
  return pageTexts()._n(one, many, count).replace(String(count), shown);
}

function filled(text: string, args: readonly unknown[]): string {
  return text.replace(/%(\d)/g, (place, index: string) => String(args[Number(index) - 1] ?? place));
}
