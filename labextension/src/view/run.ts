/** The run view: header, timeline, steering, answer. The live widget and the saved renderer show this same thing. */

import { callsOf, type BrowserMessage, type Problem, type Run } from '../bundle';
import { Approvals } from './approval';
import { Body } from './body';
import { Clock } from './clock';
import { element, setAttribute, setText } from './dom';
import { seconds } from './format';
import { runAt } from '../replay';
import { Frames } from './frames';
import { Header } from './header';
import type { Markdown } from './markdown';
import { Question } from './question';
import { Replayer } from './replayer';
import { __, _n } from './say';
import { Steering } from './steering';
import { addStyles } from './styles';
import { Timeline } from './timeline';
import { RUN_WORDS } from './words';

export interface RunViewOptions {
  readonly markdown: Markdown;
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
  private readonly question = new Question();
  private readonly timeline: Timeline;
  private readonly approvals: Approvals;
  private readonly steering: Steering;
  private readonly body: Body;
  private readonly announcement = element('div', { class: 'wsn-hidden', role: 'status', 'aria-live': 'polite' });
  private readonly clock: Clock;
  private run: Run | null = null;

  private readonly replayer: Replayer;
  private readonly frames: Frames;
  private readonly send: RunViewOptions['send'];

  constructor({ markdown, signal, send, inspect }: RunViewOptions) {
    this.send = send;
    const actions = { replay: () => this.replayer.toggle(), frames: () => this.toggleFrames(), collapse: () => this.collapse() };
    this.header = new Header(send === null ? null : () => send({ kind: 'stop' }), actions, signal);
    this.replayer = new Replayer(ms => this.replay(ms), playing => this.header.setReplaying(playing), signal);
    this.frames = new Frames(inspect ?? send, signal);
    this.timeline = new Timeline(signal);
    this.approvals = new Approvals(
      send === null ? null : verdict => send({ kind: 'decide', ...verdict }),
      (turn, call) => send?.({ kind: 'arguments', turn, call }),
      signal
    );
    this.steering = new Steering(send === null ? null : text => send({ kind: 'steer', text }), signal);
    this.body = new Body(markdown, signal);
    this.node.append(
      this.header.node,
      this.question.node,
      this.timeline.node,
      this.replayer.node,
      this.frames.node,
      this.approvals.node,
      this.steering.node,
      this.body.node,
      this.announcement
    );
    this.clock = new Clock(this.node, now => this.tick(now), signal);
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
    this.header.update(run);
    this.header.tick(shown);
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
    this.header.setAlone(alone);
  }

  /** A message from the kernel that tells of frames or of a call's arguments; says whether it was one. */
  tell(message: unknown): boolean {
    return this.approvals.tell(message) || this.frames.receive(message);
  }

  private replay(ms: number): void {
    const { run } = this;
    if (run === null) {
      return;
    }
    const then = runAt(run, ms);
    const whole = then === run ? null : run;
    this.node.toggleAttribute('data-wsn-replaying', whole !== null);
    this.header.update(then, whole);
    this.header.tick(ms);
    this.timeline.update(then, ms, whole);
    this.body.update(then, true);
  }

  private toggleFrames(): void {
    this.frames.toggle();
    this.header.setFrames(this.frames.open);
  }

  private collapse(): void {
    const folded = this.node.toggleAttribute('data-wsn-collapsed');
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
  const ended = __('Run %1 after %2: %3, %4.', __(RUN_WORDS[run.status]), seconds(run.duration_ms), turns, calls);
  return [ended, run.stopped].filter(Boolean).join(' ');
}
