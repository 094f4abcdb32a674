/**
 * The page's end of the kernel's hub (ws_notebook/views/hub.py): the live views of a kernel, the panel of its sessions, and
 * their messages.
 */

import type { Kernel } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import { endingOf, type Ending } from '../run/ending';
import { fields, isFields, list, text, type Fields } from '../run/fields';
import type { BrowserMessage } from '../run/messages';
import { KernelPost } from './post';
import { readKnown, type KnownView } from './restore';

/** Stands for the panel where others give a view's name. */
export const PANEL = 'panel';

type Listener = (message: unknown) => void;

export class KernelLink {
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly post: KernelPost;
  private readonly onStatus = (_: unknown, status: Kernel.Status): void => this.heed(endingOf(status));
  private coming: Ending | null = null;
  private readonly over = new AbortController();
  private viewsAsked: ((views: readonly KnownView[]) => void) | null = null;

  constructor(readonly kernel: Kernel.IKernelConnection) {
    this.post = new KernelPost(kernel, data => this.receive(data));
    kernel.statusChanged.connect(this.onStatus);
  }

  /** Aborts when what runs in the kernel has ended, with an `Ending` as its reason; a kernel started anew needs a new link. */
  get ended(): AbortSignal {
    return this.over.signal;
  }

  /** Say that the kernel has ended. */
  end(ending: Ending): void {
    this.deafen();
    this.over.abort(ending);
  }

  dispose(): void {
    this.deafen();
    if (!this.over.signal.aborted) {
      this.post.close();
    }
  }

  /** Whether the kernel may have had no time yet to hear what it was told. */
  get isBusy(): boolean {
    return this.kernel.status !== 'idle' || this.kernel.connectionStatus !== 'connected';
  }

  /** Hear what the kernel says of a view, until `signal` aborts. */
  listen(view: string, listener: Listener, signal: AbortSignal): void {
    const all = this.listeners.get(view) ?? new Set();
    this.listeners.set(view, all.add(listener));
    signal.addEventListener('abort', () => all.delete(listener));
  }

  send(view: string, message: BrowserMessage | JSONObject): void {
    if (!this.over.signal.aborted) {
      this.post.send({ ...message, view }).catch((reason: unknown) => console.warn('ws-notebook', reason));
    }
  }

  /** Whether the kernel has a hub. `urgent`: it is asked so that it answers while a cell runs. */
  find(urgent: boolean): Promise<boolean> {
    return this.post.find(urgent);
  }

  /** The live views of a kernel that has a hub. */
  async views(): Promise<readonly KnownView[]> {
    const answered = new Promise<readonly KnownView[]>(resolve => (this.viewsAsked = resolve));
    await this.post.send({ kind: 'hello' });
    return answered;
  }

  private deafen(): void {
    this.post.deafen();
    this.kernel.statusChanged.disconnect(this.onStatus);
    this.listeners.clear();
  }

  /** JupyterLab tells of a kernel that died in two steps, and only the second says that it was not asked to restart it. */
  private heed(ending: Ending | null): void {
    if (ending !== null) {
      if (this.coming === null) {
        queueMicrotask(() => this.end(this.coming ?? ending));
      }
      this.coming = ending;
    }
  }

  private receive(data: Fields): void {
    for (const each of data['kind'] === 'many' ? list(data['messages']).map(fields) : [data]) {
      this.take(each);
    }
  }

  private take(data: Fields): void {
    if (data['kind'] === 'views') {
      this.viewsAsked?.(list(data['views']).filter(isFields).map(readKnown));
      return;
    }
    for (const listener of this.listeners.get(text(data['view'])) ?? []) {
      listener(data);
    }
  }
}
