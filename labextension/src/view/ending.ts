/** How the widgets of a notebook learn that their kernel has ended. They are scripts of their own, with a model each. */

import type { AnyModel } from '@anywidget/types';
import { ENDED_NOW, KERNEL_ENDED, type Ending } from '../run/ending';
import { __ } from '../texts';
import { element } from './dom';
import { heed } from './model';

/** From the extension: to the views of runs and the panels in these cells, and to the chats, which have no script. */
export function tellWidgets(cells: readonly { readonly node: HTMLElement }[], ending: Ending): void {
  for (const { node } of cells) {
    for (const chat of node.querySelectorAll<HTMLElement>('.wsn-chat')) {
      closeChat(chat);
    }
    for (const view of node.querySelectorAll('.wsn-run, .wsn-panel')) {
      view.dispatchEvent(new CustomEvent<Ending>(KERNEL_ENDED, { detail: ending }));
    }
  }
}

type Control = HTMLButtonElement | HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Nothing can be asked in it any more; what the runs in it offer by themselves stays. */
function closeChat(chat: HTMLElement): void {
  if (chat.hasAttribute('data-wsn-ended')) {
    return;
  }
  chat.setAttribute('data-wsn-ended', '');
  for (const control of chat.querySelectorAll<Control>('button, input, select, textarea')) {
    if (control.closest('.wsn-run') === null) {
      control.disabled = true;
    }
  }
  chat.append(element('p', { class: 'wsn-chat-note', role: 'status', text: __(ENDED_NOW) }));
}

/** From the front end's widgets, where they tell: JupyterLab's do so when a kernel is restarted. */
export function whenModelEnds<T extends Record<string, unknown>>(model: AnyModel<T>, signal: AbortSignal, act: () => void): void {
  // The extension knows more, and speaks first where there is one.
  heed(model, 'comm_live_update', () => void setTimeout(act, 0), signal);
}
