/** The channel to the sessions of one notebook's kernel: found where the kernel has one, and listened to while the page is looked at. */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { UUID, type JSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { NO_NEWS, readNews, takeNews, type News, type Row, type Session } from './panelNews';
import { fields } from './read';

/** The name of the channel, in every kernel. */
const TARGET = 'ws_notebook.panel';

export class NotebookKernel implements IDisposable {
  /** Names this page among the front ends of the kernel. */
  private readonly client = UUID.uuid4();
  private readonly changes = new Signal<this, void>(this);
  private readonly words = new Signal<this, string>(this);
  private kernel: Kernel.IKernelConnection | null = null;
  private comm: Kernel.IComm | null = null;
  private known: News = NO_NEWS;
  private isDisposedNow = false;

  constructor(readonly panel: NotebookPanel) {
    const context = panel.sessionContext;
    context.kernelChanged.connect(this.onKernel, this);
    context.statusChanged.connect(this.onStatus, this);
    context.connectionStatusChanged.connect(this.onConnection, this);
    document.addEventListener('visibilitychange', this.onVisibility);
    window.addEventListener('pagehide', this.onPageHide);
    this.use(context.session?.kernel ?? null);
  }

  /** What the kernel told; nothing where it has no session. */
  get news(): News {
    return this.known;
  }

  get changed(): ISignal<this, void> {
    return this.changes;
  }

  /** What the kernel says about a wish that it could not fulfil. */
  get noticed(): ISignal<this, string> {
    return this.words;
  }

  /** Whether the kernel uses ws_notebook. */
  get isUsed(): boolean {
    return this.known.sessions.size > 0;
  }

  get isDisposed(): boolean {
    return this.isDisposedNow;
  }

  send(message: JSONObject): void {
    if (this.comm !== null && !this.comm.isDisposed) {
      this.comm.send(message);
    }
  }

  /** Stop a run. A kernel that cannot hear while a cell runs is interrupted instead, if that cell is the run's own. */
  stop(session: Session, row: Row): void {
    this.send({ kind: 'stop', session: session.id, run: row.id });
    const kernel = this.kernel;
    if (kernel === null || kernel.supportsSubshells) {
      return;
    }
    const cell = this.panel.content.widgets.find(each => each.model.id === row.cell);
    const runs = cell?.model.type === 'code' && (cell.model as ICodeCellModel).executionState === 'running';
    if (kernel.status === 'busy' && runs) {
      void kernel.interrupt();
    }
  }

  dispose(): void {
    if (this.isDisposedNow) {
      return;
    }
    this.isDisposedNow = true;
    document.removeEventListener('visibilitychange', this.onVisibility);
    window.removeEventListener('pagehide', this.onPageHide);
    this.use(null);
    Signal.clearData(this);
  }

  private onKernel(): void {
    this.use(this.panel.sessionContext.session?.kernel ?? null);
  }

  private onStatus(): void {
    const { status } = this.kernel ?? {};
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
      this.leave();
    }
  }

  private onConnection(): void {
    if (this.kernel?.connectionStatus === 'connected' && this.comm !== null) {
      this.watch();
    }
  }

  private use(kernel: Kernel.IKernelConnection | null): void {
    if (kernel === this.kernel) {
      return;
    }
    this.leave();
    this.kernel?.iopubMessage.disconnect(this.onPublic, this);
    this.kernel = kernel;
    if (kernel !== null) {
      kernel.iopubMessage.connect(this.onPublic, this);
      void this.find(kernel);
    }
  }

  /** A kernel that was there before this page may have the channel already. */
  private async find(kernel: Kernel.IKernelConnection): Promise<void> {
    try {
      const { content } = await kernel.requestCommInfo({ target_name: TARGET });
      const id = content.status === 'ok' ? Object.keys(content.comms)[0] : undefined;
      if (id !== undefined && kernel === this.kernel) {
        this.attach(id);
      }
    } catch {
      // The kernel ended meanwhile; the next one is asked again.
    }
  }

  /** A kernel that makes its first session says so. */
  private onPublic(_: unknown, message: KernelMessage.IIOPubMessage): void {
    if (this.comm !== null || message.header.msg_type !== 'comm_msg') {
      return;
    }
    const content = fields(message.content);
    const id = content['comm_id'];
    if (typeof id === 'string' && fields(content['data'])['kind'] === 'here') {
      this.attach(id);
    }
  }

  private attach(id: string): void {
    const kernel = this.kernel;
    if (this.comm !== null || kernel === null || !kernel.handleComms) {
      return;
    }
    this.comm = kernel.createComm(TARGET, id);
    this.comm.onMsg = message => this.receive(message.content.data);
    this.watch();
  }

  private leave(): void {
    this.tellGone();
    this.comm?.dispose();
    this.comm = null;
    if (this.known !== NO_NEWS) {
      this.known = NO_NEWS;
      this.changes.emit();
    }
  }

  private receive(data: unknown): void {
    const message = readNews(data);
    if (message === null) {
      return;
    }
    if (message.kind === 'who_is_there' && !document.hidden) {
      this.send({ kind: 'watch', client: this.client, here: true });
    }
    const next = takeNews(this.known, message, Date.now());
    if (next === null) {
      // Something was missed: the whole comes next, and until then there is nothing to add to.
      if (this.known.seq !== null) {
        this.known = { ...this.known, seq: null };
        this.watch();
      }
      return;
    }
    this.known = next;
    if (message.kind === 'notice') {
      this.words.emit(message.text);
    } else if (message.kind === 'sessions') {
      this.changes.emit();
    }
  }

  private watch(): void {
    if (!document.hidden) {
      this.send({ kind: 'watch', client: this.client });
    }
  }

  private tellGone(): void {
    if (this.kernel?.connectionStatus === 'connected' && !this.kernel.isDisposed) {
      this.send({ kind: 'unwatch', client: this.client });
    }
  }

  private readonly onVisibility = (): void => {
    if (document.hidden) {
      this.tellGone();
    } else {
      this.watch();
    }
  };

  private readonly onPageHide = (): void => this.tellGone();
}
