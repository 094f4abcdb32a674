/** A view of a run that goes on, kept up to date over a link to its kernel. */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Run } from '../run/bundle';
import type { Ending } from '../run/ending';
import { fields, isFields } from '../run/fields';
import { LiveRun, drawLive } from '../run/live';
import { hostFinish, type RenderMime } from '../view/host';
import { RunView } from '../view/run';
import type { KernelLink } from './link';

/** Milliseconds in which the kernel replaces the output of an ended run by itself, where the page knows its display. */
const REPLACED_SOON = 700;

/** Milliseconds after which a kernel that has not told of a run is taken for one that does not know it. */
const UNKNOWN_AFTER = 3000;

/** What the view is an output of. */
export interface Output {
  /** Put the live view in the output. */
  show(node: HTMLElement): void;
  /** The kernel does not know the run. */
  lost(): void;
  /** The kernel has ended: the run stays as it is here. */
  broken(run: Run): void;
  /** The run has ended: these are its final forms. */
  keep(data: IRenderMime.IMimeModel['data']): void;
}

/** Keeps one view of a run up to date over a link. */
export class Follower {
  private readonly ended = new AbortController();
  private readonly live: LiveRun;
  private readonly view: RunView;
  private fetching = false;
  /** Ends when the final form is there: what the kernel still tells then is only what it is asked. */
  private readonly going = new AbortController();

  constructor(
    private readonly first: Run,
    private readonly link: KernelLink,
    rendermime: RenderMime,
    private readonly output: Output
  ) {
    const { signal } = this.ended;
    this.live = new LiveRun(first, message => link.send(first.view, message));
    this.view = new RunView({ finish: hostFinish(rendermime), signal, send: message => this.live.send(message) });
    link.listen(first.view, message => this.receive(message), signal);
    link.ended.addEventListener('abort', () => this.breakOff(link.ended.reason as Ending), { signal });
    drawLive(this.live, this.view, this.going.signal, run => this.painted(run));
    output.show(this.view.node);
    this.live.ask();
    this.awaitNews();
  }

  /** A kernel that is idle and says nothing does not know the run. */
  private awaitNews(): void {
    this.after(UNKNOWN_AFTER, () => {
      if (this.live.clock !== null) {
        return;
      }
      if (this.link.isBusy) {
        this.awaitNews();
      } else {
        this.output.lost();
      }
    });
  }

  get run(): Run | null {
    return this.live.clock === null ? null : this.live.run;
  }

  follows(view: string, link: KernelLink): boolean {
    return this.first.view === view && this.link === link;
  }

  end(): void {
    this.live.rest();
    this.going.abort();
    this.ended.abort();
  }

  /** Go on with the run's final form, in the same view: what the reader opened stays open. False: it is of another run. */
  finish(run: Run): boolean {
    if (this.live.clock === null || run.view !== this.first.view) {
      return false;
    }
    this.going.abort();
    this.view.update(run, null);
    return true;
  }

  rendered(): Promise<void> {
    return this.view.rendered();
  }

  private receive(message: unknown): void {
    const data = fields(message);
    if (data['kind'] === 'gone') {
      this.live.rest();
      this.output.lost();
    } else if (data['kind'] === 'forms' && isFields(data['data'])) {
      this.output.keep(data['data'] as IRenderMime.IMimeModel['data']);
    } else if (this.going.signal.aborted) {
      this.view.tell(message);
    } else {
      this.live.receive(message);
    }
  }

  private breakOff(ending: Ending): void {
    this.live.end(ending);
    this.view.setAlone(true);
    const { run } = this;
    if (run === null) {
      this.output.lost();
      return;
    }
    this.view.update(run, null);
    this.output.broken(run);
  }

  private painted(run: Run): void {
    if (this.live.clock !== null && !this.view.node.isConnected) {
      this.output.show(this.view.node);
    }
    if (run.status !== 'in_progress' && !this.fetching && !this.live.alone) {
      this.fetching = true;
      this.after(REPLACED_SOON, () => this.link.send(this.first.view, { kind: 'forms' }));
    }
  }

  private after(ms: number, act: () => void): void {
    const timer = setTimeout(act, ms);
    this.ended.signal.addEventListener('abort', () => clearTimeout(timer));
  }
}
