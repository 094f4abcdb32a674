/**
 * Messages to and from the channel (comm) that a kernel made, by a subshell of this page's own: they arrive while a cell
 * runs. No comm is opened from here.
 *
 * JupyterLab's own comms get a subshell too, but only after the kernel has told about itself, which a busy kernel does not
 * do for a page that was loaded again, and what is sent before goes to the shell that the cell blocks. So the requests
 * are written here.
 */

import { KernelMessage, type Kernel } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import { fields, text, type Fields } from '../run/fields';

const TARGET = 'ws_notebook';
const CHANNEL = 'ws-notebook-views';

/**
 * Milliseconds after which a kernel that says nothing is taken for one without subshells, for the time being. JupyterLab
 * holds back for 3 s what is sent to a kernel that is busy while the page is loaded.
 */
const PATIENCE = 10_000;
/** Milliseconds in which a kernel that is not busy has told about itself. */
const SOON = 50;

export class KernelPost {
  private subshell: Promise<string | null> | null = null;
  private closed = false;

  /** `receive` hears what the kernel says on the channel. */
  constructor(
    private readonly kernel: Kernel.IKernelConnection,
    private readonly receive: (data: Fields) => void
  ) {
    kernel.iopubMessage.connect(this.onPublic, this);
  }

  async send(data: JSONObject): Promise<void> {
    const subshellId = await this.ownSubshell();
    if (!this.ended) {
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
  }

  /**
   * Whether the kernel has the channel. It answers when it is idle; where it is `urgent` and the kernel has subshells,
   * while a cell runs too. Other people's kernels get no subshell for the question.
   */
  async find(urgent: boolean): Promise<boolean> {
    const subshellId = urgent ? await this.ownSubshell() : null;
    if (this.ended) {
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

  /** Hear nothing more: what the kernel had is gone, or is nobody's. */
  deafen(): void {
    this.kernel.iopubMessage.disconnect(this.onPublic, this);
  }

  /** Hear nothing more, and let the subshell go, behind what is under way. What is sent later goes nowhere. */
  close(): void {
    this.deafen();
    if (this.subshell === null) {
      this.closed = true;
    }
    void this.subshell?.then(subshellId => {
      this.closed = true;
      this.letGo(subshellId);
    });
  }

  private onPublic(_: unknown, { header, content }: KernelMessage.IIOPubMessage): void {
    if (header.msg_type === 'comm_msg' && fields(content)['comm_id'] === CHANNEL) {
      this.receive(fields(fields(content)['data']));
    }
  }

  private letGo(subshellId: string | null): void {
    if (subshellId !== null && !this.kernel.isDisposed && this.kernel.connectionStatus === 'connected') {
      this.kernel.requestDeleteSubshell({ subshell_id: subshellId }).done.catch(() => undefined);
    }
  }

  private get ended(): boolean {
    return this.closed || this.kernel.isDisposed;
  }

  private ownSubshell(): Promise<string | null> {
    return (this.subshell ??= this.makeSubshell().catch(() => null));
  }

  /** The id of a subshell, or null: messages then wait until the kernel is idle. */
  private async makeSubshell(): Promise<string | null> {
    const known = await soon(this.kernel.info, SOON);
    if ((known !== null && !this.kernel.supportsSubshells) || this.ended) {
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
    const made = future.done.then(reply => text(fields(reply.content)['subshell_id']) || null);
    const unable = this.kernel.info.then(() => (this.kernel.supportsSubshells ? made : null));
    const subshellId = await soon(Promise.race([made, unable]), PATIENCE);
    if (subshellId === null) {
      // It may come yet; what is sent until then waits until the kernel is idle.
      void made.then(late => this.useLate(late)).catch(() => undefined);
    }
    return subshellId;
  }

  private useLate(subshellId: string | null): void {
    this.subshell = Promise.resolve(subshellId);
    if (this.closed) {
      this.letGo(subshellId);
    }
  }

  private origin(subshellId: string | null): { username: string; session: string; subshellId: string | null } {
    return { username: this.kernel.username, session: this.kernel.clientId, subshellId };
  }
}

/** What the promise gives, or null when it takes longer than `ms` milliseconds. */
function soon<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  return Promise.race([promise, new Promise<null>(resolve => window.setTimeout(() => resolve(null), ms))]);
}
