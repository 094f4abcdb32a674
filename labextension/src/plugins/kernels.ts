/** Which kernels of open notebooks use ws_notebook, and what they tell of their sessions. */

import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { Token, type JSONObject } from '@lumino/coreutils';
import type { IPlugin } from '@lumino/application';
import { Signal, type ISignal } from '@lumino/signaling';
import { NotebookKernel } from '../kernel/channel';
import type { Session } from '../panel/news';

export interface IKernels {
  /** One for each open notebook, the oldest first. */
  readonly kernels: readonly NotebookKernel[];
  /** What a kernel told has changed, or a notebook has come or gone. */
  readonly changed: ISignal<IKernels, void>;
  /** A kernel says why it could not do what was asked. */
  readonly noticed: ISignal<IKernels, string>;
  of(panel: NotebookPanel | null): NotebookKernel | null;
  /** The kernel of the notebook that is looked at. */
  readonly current: NotebookKernel | null;
}

export const IKernels = new Token<IKernels>('ws-notebook:IKernels', 'The sessions of the kernels of open notebooks.');

class Kernels implements IKernels {
  readonly kernels: NotebookKernel[] = [];
  private readonly changes = new Signal<this, void>(this);
  private readonly words = new Signal<this, string>(this);

  constructor(private readonly notebooks: INotebookTracker) {
    notebooks.forEach(panel => this.add(panel));
    notebooks.widgetAdded.connect((_, panel) => this.add(panel));
    notebooks.currentChanged.connect(() => this.changes.emit());
  }

  get changed(): ISignal<this, void> {
    return this.changes;
  }

  get noticed(): ISignal<this, string> {
    return this.words;
  }

  of(panel: NotebookPanel | null): NotebookKernel | null {
    return this.kernels.find(kernel => kernel.panel === panel) ?? null;
  }

  get current(): NotebookKernel | null {
    return this.of(this.notebooks.currentWidget);
  }

  private add(panel: NotebookPanel): void {
    const kernel = new NotebookKernel(panel);
    this.kernels.push(kernel);
    kernel.changed.connect(() => this.changes.emit());
    kernel.noticed.connect((_, words) => this.words.emit(words));
    panel.disposed.connect(() => {
      this.kernels.splice(this.kernels.indexOf(kernel), 1);
      kernel.dispose();
      this.changes.emit();
    });
    this.changes.emit();
  }
}

/** What can be asked of a session, as its kernel reads it. */
export function wish(kind: 'stop' | 'warm_up' | 'reset', session: Session, run?: string): JSONObject {
  return { kind, session: session.id, ...(run === undefined ? {} : { run }) };
}

export const kernelsPlugin: IPlugin<unknown, IKernels> = {
  id: 'ws-notebook:kernels',
  description: 'Listens to the kernels of open notebooks that use ws_notebook.',
  autoStart: true,
  requires: [INotebookTracker],
  provides: IKernels,
  activate: (_app: unknown, notebooks: INotebookTracker) => new Kernels(notebooks)
};
