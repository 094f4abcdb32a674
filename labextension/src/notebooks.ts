/** A link to the kernel of every open notebook, and the runs that go on there brought back to a page loaded again. */

import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { isCodeCellModel, type ICodeCellModel } from '@jupyterlab/cells';
import type { Kernel } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { MIME_TYPE } from './bundle';
import type { Ending } from './ending';
import { tellWidgets } from './endingWidgets';
import { KernelLink, type KnownView } from './link';
import { fields, isFields, text } from './read';

/** Only notebooks that look like users of this package have their kernel asked. */
const USERS = /ws_notebook|%%responses/;
/** Milliseconds: a run that ended longer ago was seen by some page, so that its output was removed on purpose. */
const JUST_ENDED = 30_000;

/** `prepare` is called for every notebook before its cells are made. */
export function followNotebooks(
  tracker: INotebookTracker,
  prepare: (panel: NotebookPanel, notebook: LinkedNotebook) => void
): void {
  const follow = (panel: NotebookPanel): void => {
    prepare(panel, new LinkedNotebook(panel));
  };
  tracker.forEach(follow);
  tracker.widgetAdded.connect((_, panel) => follow(panel));
}

export class LinkedNotebook {
  /** Told just before the notebook is written to its file. */
  readonly saving = new Signal<this, void>(this);
  private current: KernelLink | null = null;

  constructor(private readonly panel: NotebookPanel) {
    const { sessionContext } = panel;
    sessionContext.kernelChanged.connect(() => this.relink());
    panel.context.saveState.connect((_, state) => {
      if (state === 'started') {
        this.saving.emit();
      }
    });
    panel.disposed.connect(() => {
      this.current?.dispose();
      Signal.clearData(this);
    });
    this.relink();
  }

  get link(): KernelLink | null {
    return this.current;
  }

  private relink(): void {
    const before = this.current;
    const kernel = this.panel.sessionContext.session?.kernel ?? null;
    this.current = this.linked(kernel);
    if (before !== null && !before.reaches(kernel)) {
      before.end('shut down');
    }
    before?.dispose();
    if (kernel !== null) {
      void this.restore();
    }
  }

  private linked(kernel: Kernel.IKernelConnection | null): KernelLink | null {
    if (kernel === null) {
      return null;
    }
    const link = new KernelLink(kernel);
    link.ended.addEventListener('abort', () => {
      if (this.current === link) {
        // The server may start the kernel anew, under the same connection.
        this.current = kernel.isDisposed ? null : this.linked(kernel);
      }
      tellWidgets(this.panel.content.widgets, link.ended.reason as Ending);
    });
    return link;
  }

  /** Show the runs of this notebook's cells that the kernel has and the page has not. */
  private async restore(): Promise<void> {
    await this.panel.context.ready;
    const link = this.current;
    if (link === null || !this.cells().some(cell => USERS.test(cell.sharedModel.getSource()))) {
      return;
    }
    this.redraw();
    for (const known of await link.views()) {
      const cell = this.cells().find(each => each.id === known.cell);
      if (cell !== undefined && (!known.done || known.ended_ms < JUST_ENDED) && this.lacks(cell, known)) {
        this.bring(link, known, cell);
      }
    }
  }

  /** The outputs drawn before there was a link show again what they hold, now with one. */
  private redraw(): void {
    for (const cell of this.cells()) {
      for (let index = 0; index < cell.outputs.length; index += 1) {
        const output = cell.outputs.get(index);
        if (fields(output.data[MIME_TYPE])['status'] === 'in_progress') {
          output.setData({ data: output.data });
        }
      }
    }
  }

  private cells(): readonly ICodeCellModel[] {
    return [...(this.panel.content.model?.cells ?? [])].filter(isCodeCellModel);
  }

  private lacks(cell: ICodeCellModel, { view }: KnownView): boolean {
    for (let index = 0; index < cell.outputs.length; index += 1) {
      if (text(fields(cell.outputs.get(index).data[MIME_TYPE])['view']) === view) {
        return false;
      }
    }
    return true;
  }

  private bring(link: KernelLink, known: KnownView, cell: ICodeCellModel): void {
    const done = new AbortController();
    link.listen(
      known.view,
      message => {
        if (isFields(message) && message['kind'] === 'forms' && isFields(message['data'])) {
          done.abort();
          if (!cell.isDisposed && this.lacks(cell, known)) {
            cell.outputs.clear();
            cell.outputs.add({ output_type: 'display_data', data: message['data'] as never, metadata: {} });
          }
        }
      },
      done.signal
    );
    link.send(known.view, { kind: 'forms' });
  }
}
