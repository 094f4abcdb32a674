/** The channel to the sessions of one notebook's kernel: found where the kernel has one, and listened to while the page is looked at. */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import { UUID, type JSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { NO_NEWS, readNews, takeNews, type News, type Row, type Session } from '../panel/news';
import { wish } from '../panel/wish';
import type { Fields } from '../run/fields';
import { KernelPost } from './post';
import { mentionsUs } from './users';

/** The name of the channel, in every kernel. */
const TARGET = 'ws_notebook.panel';

/** Milliseconds between two moments that are the same, rounded. */
const SAME = 5;

export class NotebookKernel implements IDisposable {
  /** Names this page among the front ends of the kernel. */
  private readonly client = UUID.uuid4();
  private readonly changes = new Signal<this, void>(this);
  readonly changed: ISignal<this, void> = this.changes;
  private readonly words = new Signal<this, string>(this);
  /** What the kernel says about a wish that it could not fulfil. */
  readonly noticed: ISignal<this, string> = this.words;
  private kernel: Kernel.IKernelConnection | null = null;
  private post: KernelPost | null = null;
  /** The channel's id, where there is one. */
  private channel: string | null = null;
  private known: News = NO_NEWS;
  /** There is a kernel, and it has no channel: nothing was asked in it. */
  private isNew = false;
  private wasRestarted = false;
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

  /** Whether all of its runs are known here: it has told of them, or has none. */
  get isHeard(): boolean {
    return this.isNew || this.known.seq !== null;
  }

  /** Whether it was restarted while this page looked. */
  get isRestarted(): boolean {
    return this.wasRestarted;
  }

  /** Whether it has this run. `started`: in milliseconds since the epoch, by its own clock. */
  has(id: string, started: number): boolean {
    return [...this.known.sessions.values()].some(({ runs }) => Math.abs((runs.get(id)?.started ?? 0) - started) < SAME);
  }

  /** Whether the kernel uses ws_notebook. */
  get isUsed(): boolean {
    return this.known.sessions.size > 0;
  }

  get isDisposed(): boolean {
    return this.isDisposedNow;
  }

  send(message: JSONObject): void {
    if (this.channel !== null) {
      this.post?.send(this.channel, message).catch((reason: unknown) => console.warn('ws-notebook', reason));
    }
  }

  /** Stop a run. A kernel that cannot hear while a cell runs is interrupted instead, if that cell is the run's own. */
  stop(session: Session, row: Row): void {
    this.send(wish('stop', session, row.id));
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
    const { kernel } = this;
    const { status } = kernel ?? {};
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
      this.post?.deafen();
      this.forget();
      this.post = kernel === null ? null : this.postTo(kernel);
      this.isNew = this.wasRestarted = status !== 'dead';
      this.changes.emit();
    }
  }

  private onConnection(): void {
    if (this.kernel?.connectionStatus === 'connected' && this.channel !== null) {
      this.watch();
    }
  }

  private use(kernel: Kernel.IKernelConnection | null): void {
    if (kernel === this.kernel) {
      return;
    }
    this.leave();
    this.isNew = this.wasRestarted = false;
    this.kernel = kernel;
    if (kernel !== null) {
      this.post = this.postTo(kernel);
      void this.find(kernel, this.post);
    }
  }

  /** A kernel that was there before this page may have the channel already. Other people's kernels get no subshell for it. */
  private async find(kernel: Kernel.IKernelConnection, post: KernelPost): Promise<void> {
    try {
      await this.panel.context.ready;
      const id = this.mentionsUs() ? ((await post.find(TARGET))[0] ?? null) : await found(kernel);
      if (id !== null && kernel === this.kernel) {
        this.attach(id);
      } else if (kernel === this.kernel && this.channel === null) {
        this.isNew = true;
        this.changes.emit();
      }
    } catch {
      // The kernel ended meanwhile; the next one is asked again.
    }
  }

  private mentionsUs(): boolean {
    return this.panel.content.widgets.some(({ model }) => mentionsUs(model.sharedModel.getSource()));
  }

  private postTo(kernel: Kernel.IKernelConnection): KernelPost {
    return new KernelPost(kernel, (id, data) => this.hear(id, data));
  }

  /** The channel's messages; the first one of a kernel says that it is there. */
  private hear(id: string, data: Fields): void {
    if (this.channel === null) {
      if (data['kind'] === 'here') {
        this.attach(id);
      }
    } else if (id === this.channel) {
      this.receive(data);
    }
  }

  private attach(id: string): void {
    if (this.channel === null) {
      this.channel = id;
      this.isNew = false;
      this.watch();
    }
  }

  private leave(): void {
    this.tellGone();
    this.post?.close();
    this.forget();
  }

  private forget(): void {
    this.post = this.channel = null;
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

async function found(kernel: Kernel.IKernelConnection): Promise<string | null> {
  const { content } = await kernel.requestCommInfo({ target_name: TARGET });
  return content.status === 'ok' ? (Object.keys(content.comms)[0] ?? null) : null;
}
