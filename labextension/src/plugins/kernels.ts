/** Which kernels of open notebooks use ws_notebook, and what they tell of their sessions. */

import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import type { IPlugin } from '@lumino/application';
import { Signal, type ISignal } from '@lumino/signaling';
import { NotebookKernel } from '../kernel/notebook';
import { IKernels } from './tokens';

class Kernels implements IKernels {
  readonly kernels: NotebookKernel[] = [];
  readonly added = new Signal<this, NotebookKernel>(this);
  private readonly changes = new Signal<this, void>(this);
  readonly changed: ISignal<this, void> = this.changes;
  private readonly words = new Signal<this, string>(this);
  readonly noticed: ISignal<this, string> = this.words;

  constructor(private readonly notebooks: INotebookTracker) {
    notebooks.forEach(panel => this.add(panel));
    notebooks.widgetAdded.connect((_, panel) => this.add(panel));
    notebooks.currentChanged.connect(() => this.changes.emit());
  }

  get current(): NotebookKernel | null {
    const { currentWidget } = this.notebooks;
    return this.kernels.find(kernel => kernel.panel === currentWidget) ?? null;
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
    this.added.emit(kernel);
    this.changes.emit();
  }
}

export const kernelsPlugin: IPlugin<unknown, IKernels> = {
  id: 'ws-notebook:kernels',
  description: 'Listens to the kernels of open notebooks that use ws_notebook.',
  autoStart: true,
  requires: [INotebookTracker],
  provides: IKernels,
  activate: (_app: unknown, notebooks: INotebookTracker) => new Kernels(notebooks)
};
