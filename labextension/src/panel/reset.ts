/** The question before a session is reset. */

import { Dialog, showDialog } from '@jupyterlab/apputils';
import { __, _n } from '../texts';
import { joined } from '../view/format';
import type { Session } from './news';
import { nameOf } from './words';

/** Whether the user really wants that. */
export async function confirmReset(session: Session): Promise<boolean> {
  const name = nameOf(session);
  const count = _n('%1 run', '%1 runs', session.runs.size);
  const which = joined([session.provider, session.model, count]);
  const { button } = await showDialog({
    title: name === '' ? __('Reset the session?') : __('Reset the session %1?', name),
    body: `${which}. ${__('What runs is stopped, the connection is closed, and every run is forgotten. Saved outputs stay.')}`,
    buttons: [Dialog.cancelButton({ label: __('Cancel') }), Dialog.warnButton({ label: __('Reset') })]
  });
  return button.accept;
}
