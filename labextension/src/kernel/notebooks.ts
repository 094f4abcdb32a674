/** A link to the kernel of every open notebook, and the runs that go on there brought back to a page loaded again. */

import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { isCodeCellModel, type ICodeCellModel } from '@jupyterlab/cells';
import type { Kernel } from '@jupyterlab/services';
import type { PartialJSONObject } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import type { Ending } from '../run/ending';
import { isFields } from '../run/fields';
import { tellWidgets } from '../view/ending';
import { KernelLink } from './link';
import { byCell, isMissed, placeOf, viewIn, type KnownView } from './restore';
import { isFirst } from './shared';
import { mentionsUs } from './users';

/** Milliseconds after which a page looks again whether it is the one that writes. */
const MY_TURN = 2000;

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
  /** Told when there is a link to the kernel: what was drawn before is drawn again, with it. */
  readonly linked = new Signal<this, void>(this);
  /** When its cells were there, by the page's clock. */
  private loaded = Infinity;
  private current: KernelLink | null = null;

  constructor(private readonly panel: NotebookPanel) {
    const { sessionContext } = panel;
    sessionContext.kernelChanged.connect(() => this.relink());
    void panel.context.ready.then(() => (this.loaded = performance.now()));
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

  /** Whether this page writes what each page of a shared notebook could: two that do so at once would write it twice. */
  get writes(): boolean {
    return isFirst(this.panel.context.model.sharedModel, performance.now() - this.loaded);
  }

  get link(): KernelLink | null {
    return this.current;
  }

  private relink(): void {
    const before = this.current;
    const kernel = this.panel.sessionContext.session?.kernel ?? null;
    this.current = this.linkTo(kernel);
    if (before !== null && !before.reaches(kernel)) {
      before.end('shut down');
    }
    before?.dispose();
    if (kernel !== null) {
      void this.restore();
    }
  }

  private linkTo(kernel: Kernel.IKernelConnection | null): KernelLink | null {
    if (kernel === null) {
      return null;
    }
    const link = new KernelLink(kernel);
    link.ended.addEventListener('abort', () => {
      if (this.current === link) {
        // The server may start the kernel anew, under the same connection.
        this.current = kernel.isDisposed ? null : this.linkTo(kernel);
      }
      tellWidgets(this.panel.content.widgets, link.ended.reason as Ending);
    });
    return link;
  }

  /** Show what the kernel's cells have shown since they were run last, and this notebook has not. */
  private async restore(): Promise<void> {
    await this.panel.context.ready;
    const link = this.current;
    if (link === null || !this.cells().some(cell => mentionsUs(cell.sharedModel.getSource()))) {
      return;
    }
    this.linked.emit();
    for (const [id, newest] of byCell(await link.views())) {
      const cell = this.cells().find(each => each.id === id);
      if (cell !== undefined) {
        void this.restoreCell(link, cell, newest);
      }
    }
  }

  private async restoreCell(link: KernelLink, cell: ICodeCellModel, newest: readonly KnownView[]): Promise<void> {
    for (const known of newest) {
      if (!held(cell).includes(known.view)) {
        await this.myTurn(() => cell.isDisposed || held(cell).includes(known.view));
        if (cell.isDisposed || held(cell).includes(known.view)) {
          continue;
        }
        const data = isMissed(known) ? await askedForms(link, known.view) : null;
        if (cell.isDisposed || data === null) {
          continue;
        }
        put(cell, known.view, newest, data);
      }
      if (known.done && !known.kept) {
        link.send(known.view, { kind: 'kept' });
      }
    }
  }

  /** Wait until this page may write, or until there is nothing to write. */
  private async myTurn(isOver: () => boolean): Promise<void> {
    while (!this.panel.isDisposed && !this.writes && !isOver()) {
      await new Promise(resolve => window.setTimeout(resolve, MY_TURN));
    }
  }

  private cells(): readonly ICodeCellModel[] {
    return [...(this.panel.content.model?.cells ?? [])].filter(isCodeCellModel);
  }
}

/** The view that each output of a cell holds. */
function held({ outputs }: ICodeCellModel): readonly string[] {
  return Array.from({ length: outputs.length }, (_, index) => viewIn(outputs.get(index).data));
}

/** Put the forms of a view where they belong, unless they have come by another way meanwhile. */
function put(cell: ICodeCellModel, view: string, newest: readonly KnownView[], data: PartialJSONObject): void {
  const there = held(cell);
  if (there.includes(view)) {
    return;
  }
  const output = { output_type: 'display_data', data, metadata: {} } as const;
  const index = placeOf(view, there, newest.map(each => each.view));
  if (index === null) {
    cell.outputs.add(output);
  } else {
    cell.outputs.set(index, output);
  }
}

/** What the display of a view holds, from the kernel; null where that ends before. */
function askedForms(link: KernelLink, view: string): Promise<PartialJSONObject | null> {
  return new Promise(resolve => {
    const done = new AbortController();
    link.ended.addEventListener('abort', () => resolve(null), { signal: done.signal });
    link.listen(
      view,
      message => {
        if (isFields(message) && message['kind'] === 'forms' && isFields(message['data'])) {
          done.abort();
          resolve(message['data'] as PartialJSONObject);
        }
      },
      done.signal
    );
    link.send(view, { kind: 'forms' });
  });
}
