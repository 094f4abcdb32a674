/** The run view: header, answer, timeline, steering, replay. The live widget and the saved renderer show this same thing. */

import { callsOf, type Run } from '../run/bundle';
import type { BrowserMessage, Problem } from '../run/messages';
import { runAt } from '../run/replay';
import { __, _n } from '../texts';
import { Approvals } from './approval';
import { Body } from './body';
import { Clock } from './clock';
import { element, setAttribute, setText } from './dom';
import { joined, seconds } from './format';
import { Frames } from './frames';
import { Header, type HeaderHandlers } from './header';
import type { Finish } from './markdown';
import { Question } from './question';
import { Replayer } from './replayer';
import { Sent } from './sent';
import { Steering } from './steering';
import { addStyles } from './styles';
import { statusOf } from './summary';
import { Timeline } from './timeline';

export interface RunViewOptions {
  readonly finish: Finish;
  /** Ends every listener and timer of the view. */
  readonly signal: AbortSignal;
  /** Tells the kernel; null where there is none, as for a saved run. */
  readonly send: ((message: BrowserMessage) => void) | null;
  /** Asks a kernel that may know an ended run for its frames; null, or left out, where there is none. */
  readonly inspect?: ((message: BrowserMessage) => void) | null;
}

export class RunView {
  readonly node = element('div', { class: 'wsn-run', role: 'group' });
  private readonly header: Header;
  private readonly sent = new Sent();
  private readonly question = new Question();
  private readonly timeline: Timeline;
  private readonly approvals: Approvals;
  private readonly steering: Steering;
  private readonly body: Body;
  private readonly announcement = element('div', { class: 'wsn-hidden', role: 'status', 'aria-live': 'polite' });
  private readonly clock: Clock;
  private readonly widths = new ResizeObserver(entries => this.resized(entries.at(-1)?.contentRect.width ?? 0));
  private run: Run | null = null;
  private width = 0;
  /** The moment that is replayed. */
  private at = 0;

  private readonly replayer: Replayer;
  private readonly frames: Frames;
  private readonly send: RunViewOptions['send'];

  constructor({ finish, signal, send, inspect }: RunViewOptions) {
    this.send = send;
    const stop = send === null ? null : (): void => send({ kind: 'stop' });
    this.header = new Header({ stop, ...this.handlers() }, room => setAttribute(this.node, 'data-wsn-room', room), signal);
    this.replayer = new Replayer(on => this.setReplaying(on), ms => this.replay(ms), signal);
    this.frames = new Frames(inspect ?? send, signal);
    this.timeline = new Timeline(open => this.header.strip.setOpen(open), signal);
    this.approvals = new Approvals(
      send === null ? null : verdict => send({ kind: 'decide', ...verdict }),
      (turn, call) => send?.({ kind: 'arguments', turn, call }),
      signal
    );
    this.steering = new Steering(send === null ? null : text => send({ kind: 'steer', text }), signal);
    this.body = new Body(finish, signal);
    this.node.append(
      this.header.node,
      this.sent.node,
      this.approvals.node,
      this.question.node,
      this.body.node,
      this.timeline.node,
      this.frames.node,
      this.steering.node,
      this.replayer.node,
      this.announcement
    );
    this.clock = new Clock(this.node, now => this.tick(now), signal);
    this.widths.observe(this.node);
    signal.addEventListener('abort', () => this.widths.disconnect());
  }

  /** What the buttons of the header do. They show what they are for in a run that was folded to its line, too. */
  private handlers(): Omit<HeaderHandlers, 'stop'> {
    const unfolded = (act: () => void) => (): void => {
      this.collapse(false);
      act();
    };
    return {
      replay: unfolded(() => this.replayer.toggle()),
      frames: unfolded(() => this.toggleFrames()),
      sent: unfolded(() => this.toggleSent()),
      timeline: unfolded(() => this.timeline.toggle()),
      collapse: () => this.collapse(!this.node.hasAttribute('data-wsn-collapsed'))
    };
  }

  /** Show `run`. `now` is its clock when it was sent, in milliseconds; null for a saved run, whose clock stands. */
  update(run: Run, now: number | null): void {
    addStyles(this.node);
    const before = this.run?.status ?? null;
    this.run = run;
    const running = run.status === 'in_progress' && now !== null;
    setAttribute(this.node, 'data-wsn-status', run.status);
    setAttribute(this.node, 'data-wsn-run', run.id);
    setAttribute(this.node, 'data-wsn-live', String(running));
    setAttribute(this.node, 'aria-label', __('Run %1', run.id).trim());
    if (running) {
      this.clock.run(now);
    } else {
      this.clock.stop();
    }
    this.replayer.offer(run.status === 'in_progress' || run.duration_ms === 0 ? null : run);
    this.frames.update(run);
    const shown = running ? now : run.duration_ms;
    this.header.update(run, shown);
    this.sent.update(run);
    this.question.update(run);
    this.timeline.update(run, shown);
    this.approvals.update(run, running, shown);
    this.steering.update(run, running);
    this.body.update(run, running || this.send !== null);
    if (before === 'in_progress' && run.status !== 'in_progress') {
      setText(this.announcement, announcementOf(run));
    }
  }

  /** Whether the kernel has ended, so that it cannot be asked. */
  setAlone(alone: boolean): void {
    this.header.actions.setAlone(alone);
  }

  /** A message from the kernel that may tell of frames or of a call's arguments. */
  tell(message: unknown): void {
    this.approvals.tell(message);
    this.frames.tell(message);
  }

  private replay(ms: number): void {
    const { run } = this;
    if (run === null) {
      return;
    }
    this.at = ms;
    const then = runAt(run, ms);
    const whole = then === run ? null : run;
    this.node.toggleAttribute('data-wsn-replaying', whole !== null);
    this.header.update(then, ms, whole);
    this.timeline.update(then, ms, whole);
    this.body.update(then, true);
  }

  /** While a replay is on nothing moves but what is replayed: the slider stays under the pointer. */
  private setReplaying(on: boolean): void {
    this.node.toggleAttribute('data-wsn-replay', on);
    this.header.actions.setReplaying(on);
    if (on) {
      this.body.hold();
    } else {
      this.body.release();
    }
  }

  /** On a page of another width the whole run has another height. */
  private resized(width: number): void {
    const { run } = this;
    if (width !== this.width && this.replayer.on && run !== null) {
      this.body.release();
      this.body.update(run, true);
      this.body.hold();
      this.replay(this.at);
    }
    this.width = width;
  }

  private toggleFrames(): void {
    this.frames.toggle();
    this.header.actions.setFrames(this.frames.open);
  }

  private toggleSent(): void {
    this.sent.toggle();
    this.header.setSent(this.sent.open);
  }

  private collapse(folded: boolean): void {
    this.node.toggleAttribute('data-wsn-collapsed', folded);
    this.header.setFold(folded);
  }

  /** A decision about a call could not be taken. */
  refuse(problem: Problem): void {
    this.approvals.refuse(problem);
  }

  /** Resolves when the answer stands on the page as it will stay. */
  rendered(): Promise<void> {
    return this.body.rendered();
  }

  private tick(now: number): void {
    this.header.tick(now);
    this.timeline.tick(now);
    this.approvals.tick(now);
  }
}

function announcementOf(run: Run): string {
  const turns = _n('1 turn', '%1 turns', run.turns.length);
  const calls = _n('1 call', '%1 calls', callsOf(run).length);
  const ended = __('Run %1 after %2: %3, %4.', statusOf(run), seconds(run.duration_ms), turns, calls);
  return joined([ended, run.stopped], ' ');
}
