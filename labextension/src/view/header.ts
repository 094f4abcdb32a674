/** The one line over a run: status, figures, buttons. */

import { answerOf, callsOf, type Run } from '../bundle';
import { copyText } from './copy';
import { element, setAttribute, setText, show } from './dom';
import { bytes, saving, seconds, visible, whole } from './format';
import { pythonOf } from './python';
import { __, _n } from './say';
import { RUN_WORDS } from './words';

/** A Stop that had no effect can be repeated after this many milliseconds. */
const STOP_AGAIN = 3000;

/** A run that goes on has no turn while another one comes first. */
function statusOf(run: Run): string {
  return run.status === 'in_progress' && run.turns.length === 0 ? __('queued') : __(RUN_WORDS[run.status]);
}

/** The countdown of a request that the provider has wait, or null. */
function waiting(run: Run, now: number): string | null {
  const held = run.turns.find(turn => turn.retry_at_ms !== null);
  const until = held?.retry_at_ms ?? null;
  if (until === null || until <= now) {
    return null;
  }
  const left = Math.ceil((until - now) / 1000);
  return held?.recovered === 'server_unavailable'
    ? __('Server not available: asks again in %1 s', left)
    : __('Rate limit: asks again in %1 s', left);
}

export interface HeaderActions {
  replay(): void;
  frames(): void;
  collapse(): void;
}

export class Header {
  readonly node = element('div', { class: 'wsn-header' });
  private readonly status = element('span', { class: 'wsn-status' });
  private readonly duration = element('span', { class: 'wsn-fact wsn-duration' });
  private readonly turns = element('span', { class: 'wsn-fact wsn-turns' });
  private readonly calls = element('span', { class: 'wsn-fact wsn-calls' });
  private readonly note = element('div', { class: 'wsn-note' });
  private readonly sent = element('span', { class: 'wsn-sent' });
  private readonly saved = element('span', { class: 'wsn-saving' });
  private readonly tokens = element('span', { class: 'wsn-fact wsn-tokens' });
  private readonly stop = element('button', { class: 'wsn-button wsn-stop', type: 'button' });
  private readonly copy = element('button', { class: 'wsn-button wsn-copy', type: 'button', text: __('Copy'), 'aria-label': __('Copy answer') });
  private readonly python = element('button', { class: 'wsn-button wsn-copy-python', type: 'button' });
  private readonly replay = element('button', { class: 'wsn-button wsn-replay-button', type: 'button' });
  private readonly frames = element('button', { class: 'wsn-button wsn-frames-button', type: 'button', 'aria-expanded': 'false' });
  private readonly fold = element('button', { class: 'wsn-collapse', type: 'button', 'aria-expanded': 'true' });
  private stopping = false;
  private alone = false;
  private run: Run | null = null;

  /** `onStop` null: nothing can be stopped from here, as in a saved run. */
  constructor(
    private readonly onStop: (() => void) | null,
    actions: HeaderActions,
    signal: AbortSignal
  ) {
    const dot = element('span', { class: 'wsn-dot', 'aria-hidden': 'true' });
    this.node.append(
      element('div', { class: 'wsn-facts' }, this.fold, dot, this.status, this.duration, this.turns, this.calls),
      this.note,
      element('div', { class: 'wsn-totals' }, this.sent, this.saved, this.tokens),
      element('div', { class: 'wsn-actions' }, this.stop, this.replay, this.frames, this.python, this.copy)
    );
    setText(this.python, __('Python'));
    setAttribute(this.python, 'aria-label', __('Copy as Python'));
    setAttribute(this.python, 'title', __('Copy the Python that asks the same again'));
    setText(this.frames, __('Frames'));
    this.setFold(false);
    this.setReplaying(false);
    this.stop.addEventListener('click', () => this.requestStop(), { signal });
    this.replay.addEventListener('click', () => actions.replay(), { signal });
    this.frames.addEventListener('click', () => actions.frames(), { signal });
    this.fold.addEventListener('click', () => actions.collapse(), { signal });
    this.python.addEventListener('click', () => void this.copyPython(), { signal });
    this.copy.addEventListener('click', () => void this.copyAnswer(), { signal });
  }

  setFold(folded: boolean): void {
    setText(this.fold, folded ? '▸' : '▾');
    setAttribute(this.fold, 'aria-label', __('Show the run'));
    setAttribute(this.fold, 'aria-expanded', String(!folded));
  }

  setReplaying(playing: boolean): void {
    setText(this.replay, playing ? __('❚❚ Pause') : __('▷ Replay'));
  }

  setFrames(open: boolean): void {
    setAttribute(this.frames, 'aria-expanded', String(open));
  }

  /** Whether there is no kernel any more that could be asked for frames. It shows with the next update. */
  setAlone(alone: boolean): void {
    this.alone = alone;
  }

  /** `whole`: the finished run that this one is an earlier moment of. */
  update(run: Run, whole: Run | null = null): void {
    this.run = whole ?? run;
    const running = run.status === 'in_progress';
    setText(this.status, statusOf(run));
    const turns = run.turns.length;
    setText(this.turns, running ? __('turn %1', turns) : _n('1 turn', '%1 turns', turns));
    show(this.turns, turns > 0 || !running);
    const calls = callsOf(run).length;
    setText(this.calls, _n('1 call', '%1 calls', calls));
    show(this.calls, calls > 0);
    setText(this.note, run.session.note === '' ? '' : visible(__(run.session.note)));
    show(this.note, run.session.note !== '');
    setAttribute(this.note, 'title', visible([run.session.provider, run.session.model, run.session.transport].filter(Boolean).join(' · ')));
    this.updateTotals(run);
    this.updateButtons(this.run, this.run.status === 'in_progress');
  }

  /** The duration as of `now`, in milliseconds from the run's start. */
  tick(now: number): void {
    setText(this.duration, seconds(now));
    if (this.run?.status === 'in_progress') {
      setText(this.status, waiting(this.run, now) ?? statusOf(this.run));
    }
  }

  private updateTotals(run: Run): void {
    const { sent, full_context } = run.bytes;
    setText(this.sent, __('%1 sent', bytes(sent)));
    show(this.sent, sent > 0);
    const saved = run.session.transport === 'http' ? '' : saving(sent, full_context);
    setText(this.saved, saved === '' ? '' : __('%1 of HTTP', saved));
    show(this.saved, saved !== '');
    setAttribute(this.saved, 'title', __('HTTP with the full input in every request would have sent %1', bytes(full_context)));
    const { input_tokens, cached_tokens, output_tokens, reasoning_tokens } = run.usage;
    setText(this.tokens, __('%1 → %2 tokens', whole(input_tokens), whole(output_tokens)));
    show(this.tokens, input_tokens + output_tokens > 0);
    setAttribute(
      this.tokens,
      'title',
      __('%1 tokens in (%2 cached), %3 out (%4 reasoning)', whole(input_tokens), whole(cached_tokens), whole(output_tokens), whole(reasoning_tokens))
    );
  }

  private updateButtons(run: Run, running: boolean): void {
    const canStop = this.onStop !== null && running;
    setText(this.stop, this.stopping ? __('stopping…') : __('■ Stop'));
    this.stop.disabled = this.stopping;
    show(this.stop, canStop);
    show(this.copy, !canStop && answerOf(run) !== '');
    show(this.python, !canStop && run.prompt !== '');
    show(this.replay, !running && run.duration_ms > 0 && run.turns.length > 0);
    show(this.frames, run.frames.length > 0 || (this.onStop !== null && !this.alone && run.turns.length > 0));
  }

  private requestStop(): void {
    if (this.onStop === null || this.run === null || this.stopping) {
      return;
    }
    this.onStop();
    this.setStopping(true);
    setTimeout(() => this.setStopping(false), STOP_AGAIN);
  }

  private setStopping(stopping: boolean): void {
    this.stopping = stopping;
    if (this.run !== null) {
      this.update(this.run);
    }
  }

  private async copyAnswer(): Promise<void> {
    const copied = await copyText(this.run === null ? '' : answerOf(this.run), this.node);
    this.tellCopied(this.copy, copied, __('Copy'), __('Copy answer'));
  }

  private async copyPython(): Promise<void> {
    const copied = await copyText(this.run === null ? '' : pythonOf(this.run), this.node);
    this.tellCopied(this.python, copied, __('Python'), __('Copy as Python'));
  }

  private tellCopied(button: HTMLElement, copied: boolean, text: string, name: string): void {
    const said = copied ? __('Copied') : __('Copy failed');
    setText(button, said);
    setAttribute(button, 'aria-label', said);
    setTimeout(() => {
      setText(button, text);
      setAttribute(button, 'aria-label', name);
    }, 1500);
  }
}
