/**
 * The page's end of the kernel's hub (ws_notebook/views/hub.py): which live views a kernel has, and their messages.
 *
 * Messages go as comm messages to one comm that the kernel made; no comm is opened from here. They go over a subshell of
 * this link's own, so that they arrive while a cell runs. JupyterLab's own way to make one waits for the kernel's
 * info, which a busy kernel does not give to a page that was loaded again; so the requests are written here.
 */

import { KernelMessage, type Kernel } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import type { BrowserMessage } from './bundle';
import { fields, isFields, list, text } from './read';

const TARGET = 'ws_notebook';
const CHANNEL = 'ws-notebook-views';
/** Milliseconds after which a kernel that says nothing is taken for one without subshells. */
const PATIENCE = 4000;

/** A live view that the kernel knows. */
export interface KnownView {
  readonly view: string;
  /** The id of the cell that asked. */
  readonly cell: string;
  readonly done: boolean;
  /** Milliseconds since it ended. */
  readonly ended_ms: number;
}

type Listener = (message: unknown) => void;

export class KernelLink {
  private readonly listeners = new Map<string, Set<Listener>>();
  private subshell: Promise<string | null> | null = null;
  private readonly onIopub = (_: unknown, message: KernelMessage.IIOPubMessage): void => this.receive(message);
  private viewsAsked: ((views: readonly KnownView[]) => void) | null = null;

  constructor(private readonly kernel: Kernel.IKernelConnection) {
    kernel.iopubMessage.connect(this.onIopub);
  }

  dispose(): void {
    this.kernel.iopubMessage.disconnect(this.onIopub);
    this.listeners.clear();
  }

  /** Hear what the kernel says of a view, until `signal` aborts. */
  listen(view: string, listener: Listener, signal: AbortSignal): void {
    const all = this.listeners.get(view) ?? new Set();
    this.listeners.set(view, all.add(listener));
    signal.addEventListener('abort', () => all.delete(listener));
  }

  send(view: string, message: BrowserMessage): void {
    void this.post({ ...message, view });
  }

  /** The kernel's live views; empty where the kernel has no hub. */
  async views(): Promise<readonly KnownView[]> {
    if (!(await this.hasHub())) {
      return [];
    }
    const answered = new Promise<readonly KnownView[]>(resolve => (this.viewsAsked = resolve));
    await this.post({ kind: 'hello' });
    return answered;
  }

  private async post(data: JSONObject): Promise<void> {
    const subshellId = await this.ownSubshell();
    if (this.kernel.isDisposed) {
      return;
    }
    this.kernel.sendShellMessage(
      KernelMessage.createMessage<KernelMessage.ICommMsgMsg<'shell'>>({
        ...this.origin(subshellId),
        msgType: 'comm_msg',
        channel: 'shell',
        content: { comm_id: CHANNEL, data }
      }),
      false,
      true
    );
  }

  private async hasHub(): Promise<boolean> {
    const subshellId = await this.ownSubshell();
    if (this.kernel.isDisposed) {
      return false;
    }
    const future = this.kernel.sendShellMessage(
      KernelMessage.createMessage<KernelMessage.ICommInfoRequestMsg>({
        ...this.origin(subshellId),
        msgType: 'comm_info_request',
        channel: 'shell',
        content: { target_name: TARGET }
      }),
      true
    );
    const { content } = await future.done;
    return CHANNEL in fields(fields(content)['comms']);
  }

  private ownSubshell(): Promise<string | null> {
    return (this.subshell ??= this.makeSubshell().catch(() => null));
  }

  /** The id of a subshell, or null: messages then wait until the kernel is idle. */
  private async makeSubshell(): Promise<string | null> {
    const known = await soon(this.kernel.info, 50);
    if ((known !== null && !this.kernel.supportsSubshells) || this.kernel.isDisposed) {
      return null;
    }
    const future = this.kernel.sendControlMessage(
      KernelMessage.createMessage<KernelMessage.ICreateSubshellRequestMsg>({
        ...this.origin(null),
        msgType: 'create_subshell_request',
        channel: 'control',
        content: {}
      }),
      true
    );
    const reply = await soon(future.done, PATIENCE).catch(() => null);
    return reply === null ? null : text(fields(reply.content)['subshell_id']) || null;
  }

  private origin(subshellId: string | null): { username: string; session: string; subshellId: string | null } {
    return { username: this.kernel.username, session: this.kernel.clientId, subshellId };
  }

  private receive({ header, content }: KernelMessage.IIOPubMessage): void {
    if (header.msg_type !== 'comm_msg' || fields(content)['comm_id'] !== CHANNEL) {
      return;
    }
    const data = fields(fields(content)['data']);
    if (data['kind'] === 'views') {
      this.viewsAsked?.(list(data['views']).filter(isFields).map(readKnown));
      return;
    }
    for (const listener of this.listeners.get(text(data['view'])) ?? []) {
      listener(data);
    }
  }
}

function readKnown(from: ReturnType<typeof fields>): KnownView {
  const ended = from['ended_ms'];
  return {
    view: text(from['view']),
    cell: text(from['cell']),
    done: from['done'] === true,
    ended_ms: typeof ended === 'number' ? ended : 0
  };
}

/** What the promise gives, or null when it takes longer than `ms` milliseconds. */
function soon<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  return Promise.race([promise, new Promise<null>(resolve => setTimeout(() => resolve(null), ms))]);
}
