/** The kernel of one open notebook: a link to it, another with each start of a kernel, and what it tells of its sessions. */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import { Signal, type ISignal } from '@lumino/signaling';
import type { News, Row, Session } from '../panel/news';
import { Watch } from '../panel/watch';
import { wish } from '../panel/wish';
import type { Ending } from '../run/ending';
import { tellWidgets } from '../view/ending';
import { KernelLink, PANEL } from './link';
import { restoreViews } from './restorer';
import { isFirst } from './shared';
import { mentionsUs } from './users';

/** Milliseconds between two moments that are the same, rounded. */
const SAME = 5;

export class NotebookKernel {
  private readonly changes = new Signal<this, void>(this);
  readonly changed: ISignal<this, void> = this.changes;
  private readonly words = new Signal<this, string>(this);
  /** What the kernel says about a wish that it could not fulfil. */
  readonly noticed: ISignal<this, string> = this.words;
  /** Told just before the notebook is written to its file. */
  readonly saving = new Signal<this, void>(this);
  /** Told when there is a link to the kernel: what was drawn before is drawn again, with it. */
  readonly linked = new Signal<this, void>(this);
  private readonly ended = new AbortController();
  private readonly watch = new Watch({
    looks: () => !document.hidden,
    send: message => this.send(message),
    changed: () => this.changes.emit(),
    noticed: words => this.words.emit(words)
  });
  private current: KernelLink | null = null;
  /** The kernel is known to hear. */
  private isThere = false;
  /** There is a kernel, and it has no channel: nothing was asked in it. */
  private isNew = false;
  private wasRestarted = false;
  /** When the notebook's cells were there, by the page's clock. */
  private loaded = Infinity;

  constructor(readonly panel: NotebookPanel) {
    const { context, sessionContext } = panel;
    const { signal } = this.ended;
    sessionContext.kernelChanged.connect(this.relink, this);
    sessionContext.connectionStatusChanged.connect(this.onConnection, this);
    document.addEventListener('visibilitychange', () => (document.hidden ? this.leave() : this.watch.ask()), { signal });
    window.addEventListener('pagehide', () => this.leave(), { signal });
    void context.ready.then(() => (this.loaded = performance.now()));
    context.saveState.connect((_, state) => {
      if (state === 'started') {
        this.saving.emit();
      }
    });
    this.relink();
  }

  get link(): KernelLink | null {
    return this.current;
  }

  /** What the kernel told; nothing where it has no session. */
  get news(): News {
    return this.watch.news;
  }

  /** Whether all of its runs are known here: it has told of them, or has none. */
  get isHeard(): boolean {
    return this.isNew || this.news.seq !== null;
  }

  /** Whether it was restarted while this page looked. */
  get isRestarted(): boolean {
    return this.wasRestarted;
  }

  /** Whether it has this run. `started`: in milliseconds since the epoch, by its own clock. */
  has(id: string, started: number): boolean {
    return [...this.news.sessions.values()].some(({ runs }) => Math.abs((runs.get(id)?.started ?? 0) - started) < SAME);
  }

  /** Whether the kernel uses ws_notebook. */
  get isUsed(): boolean {
    return this.news.sessions.size > 0;
  }

  /** Whether this page writes what each page of a shared notebook could: two that do so at once would write it twice. */
  get writes(): boolean {
    return isFirst(this.panel.context.model.sharedModel, performance.now() - this.loaded);
  }

  send(message: JSONObject): void {
    if (this.isThere) {
      this.current?.send(PANEL, message);
    }
  }

  /** Stop a run. A kernel that cannot hear while a cell runs is interrupted instead, if that cell is the run's own. */
  stop(session: Session, row: Row): void {
    this.send(wish('stop', session, row.id));
    const kernel = this.current?.kernel;
    if (kernel === undefined || kernel.supportsSubshells) {
      return;
    }
    const cell = this.panel.content.widgets.find(each => each.model.id === row.cell);
    const runs = cell?.model.type === 'code' && (cell.model as ICodeCellModel).executionState === 'running';
    if (kernel.status === 'busy' && runs) {
      void kernel.interrupt();
    }
  }

  /** The notebook is closed. */
  dispose(): void {
    this.ended.abort();
    this.leave();
    this.current?.dispose();
    Signal.clearData(this);
  }

  private relink(): void {
    const before = this.current;
    const kernel = this.panel.sessionContext.session?.kernel ?? null;
    if (before !== null && before.kernel === kernel) {
      return;
    }
    this.leave();
    this.use(kernel, false);
    before?.dispose();
    before?.end('shut down');
    if (this.current !== null) {
      void this.find(this.current);
    }
  }

  /** Begin anew with a kernel that was not there before, or was restarted. */
  private use(kernel: Kernel.IKernelConnection | null, restarted: boolean): void {
    this.current = kernel === null ? null : this.linkTo(kernel);
    this.isThere = false;
    this.isNew = this.wasRestarted = restarted;
    this.watch.forget();
    this.changes.emit();
  }

  private linkTo(kernel: Kernel.IKernelConnection): KernelLink {
    const link = new KernelLink(kernel);
    link.listen(PANEL, message => this.hear(message), this.ended.signal);
    link.ended.addEventListener('abort', () => {
      const ending = link.ended.reason as Ending;
      if (this.current === link) {
        // The server may start the kernel anew, under the same connection.
        this.use(kernel.isDisposed ? null : kernel, ending !== 'shut down');
      }
      tellWidgets(this.panel.content.widgets, ending);
    });
    return link;
  }

  /** A kernel that was there before this page may have the channel already, and views that the notebook lacks. */
  private async find(link: KernelLink): Promise<void> {
    try {
      await this.panel.context.ready;
      const isOurs = [...(this.panel.content.model?.cells ?? [])].some(cell => mentionsUs(cell.sharedModel.getSource()));
      if (isOurs && link === this.current) {
        this.linked.emit();
      }
      const hasHub = await link.find(isOurs);
      if (link !== this.current) {
        return;
      }
      if (hasHub) {
        this.begin();
      } else {
        this.isNew = !this.isThere;
        this.changes.emit();
      }
      if (hasHub && isOurs) {
        await restoreViews(this.panel, link, () => this.panel.isDisposed || this.writes);
      }
    } catch {
      // The kernel ended meanwhile; the next one is asked again.
    }
  }

  /** The first message of a kernel says that it is there. */
  private hear(message: unknown): void {
    this.begin();
    this.watch.receive(message);
  }

  private begin(): void {
    if (!this.isThere) {
      this.isThere = true;
      this.isNew = false;
      this.watch.ask();
    }
  }

  private onConnection(): void {
    if (this.current?.kernel.connectionStatus === 'connected') {
      this.watch.ask();
    }
  }

  /** Say that this page does not look any more, where the kernel can hear it. */
  private leave(): void {
    const kernel = this.current?.kernel;
    if (kernel?.connectionStatus === 'connected' && !kernel.isDisposed) {
      this.watch.leave();
    }
  }
}
