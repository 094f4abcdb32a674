/** Plotly figures, drawn by the page where it can: the extension offers the renderer that JupyterLab has for them. */

import type { Figure } from './plotly';

/** Draws a figure into an element that stands on the page; gives what ends that. */
export type DrawFigure = (figure: Figure, into: HTMLElement) => () => void;

/** Where it stands: the widgets of a page are scripts of their own. */
const PLACE = Symbol.for('ws-notebook:figures');

type Page = Record<symbol, (() => DrawFigure | null) | undefined>;

/** `drawer` gives null as long as the page has no renderer for figures. */
export function offerFigures(drawer: () => DrawFigure | null): void {
  (globalThis as unknown as Page)[PLACE] = drawer;
}

export function figureDrawer(): DrawFigure | null {
  return (globalThis as unknown as Page)[PLACE]?.() ?? null;
}
