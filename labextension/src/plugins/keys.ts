/**
 * Keeps the keys of the views from the notebook's shortcuts where those act first: Notebook 7 looks at a key before it
 * reaches the view, and would insert a cell for A and delete one for D twice. JupyterLab looks at it afterwards.
 */

import type { IPlugin } from '@lumino/application';

const SUPPRESSED = 'data-lm-suppress-shortcuts';
/** The parts of the views that have keys of their own. */
const PARTS = `.wsn-timeline, .wsn-frames, .wsn-replay, .wsn-menu, .wsn-panel [role=tree], .wsn-run [${SUPPRESSED}]`;

/**
 * Keys with Ctrl, Alt or ⌘ stay the host's: saving works there too. The mark is put on the element that has the focus,
 * since the notebook's shortcuts are for just that one (`:focus`), and what is said of those around it comes too late.
 */
export function keepPlainKeys(event: KeyboardEvent): void {
  const { target } = event;
  if (target instanceof Element && target.closest(PARTS) !== null) {
    target.toggleAttribute(SUPPRESSED, !(event.ctrlKey || event.metaKey || event.altKey));
  }
}

export const keysPlugin: IPlugin<unknown, void> = {
  id: 'ws-notebook:keys',
  description: 'Keeps the keys of the views from the shortcuts of the notebook.',
  autoStart: true,
  activate: () => window.addEventListener('keydown', keepPlainKeys, { capture: true })
};
