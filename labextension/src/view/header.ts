/** The one line over a run: status, figures, buttons. */

import { answerOf, callsOf, type Run } from '../bundle';
import { copyText } from './copy';
import { element, setAttribute, setText, show } from './dom';
import { bytes, counted, saving, seconds, whole } from './format';
import { RUN_WORDS } from './words';

/** A Stop that had no effect can be repeated after this many milliseconds. */
const STOP_AGAIN = 3000;

/** The countdown of a request that the provider has wait, or null. */
function waiting(run: Run, now: number): string | null {
  const until = run.turns.find(turn => turn.retry_at_ms !== null)?.retry_at_ms ?? null;
  return until === null || until <= now ? null : `Rate limit: asks again in ${Math.ceil((until - now) / 1000)} s`;
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
  private readonly copy = element('button', { class: 'wsn-button wsn-copy', type: 'button', text: 'Copy answer' });
  private stopping = false;
  private run: Run | null = null;

  /** `onStop` null: nothing can be stopped from here, as in a saved run. */
  constructor(
    private readonly onStop: (() => void) | null,
    signal: AbortSignal
  ) {
    const dot = element('span', { class: 'wsn-dot', 'aria-hidden': 'true' });
    this.node.append(
      element('div', { class: 'wsn-facts' }, dot, this.status, this.duration, this.turns, this.calls),
      this.note,
      element('div', { class: 'wsn-totals' }, this.sent, this.saved, this.tokens),
      element('div', { class: 'wsn-actions' }, this.stop, this.copy)
    );
    this.stop.addEventListener('click', () => this.requestStop(), { signal });
    this.copy.addEventListener('click', () => void this.copyAnswer(), { signal });
  }

  update(run: Run): void {
    this.run = run;
    const running = run.status === 'in_progress';
    setText(this.status, RUN_WORDS[run.status]);
    const turns = run.turns.length;
    setText(this.turns, running ? `turn ${Math.max(turns, 1)}` : counted(turns, 'turn'));
    const calls = callsOf(run).length;
    setText(this.calls, counted(calls, 'call'));
    show(this.calls, calls > 0);
    setText(this.note, run.session.note);
    show(this.note, run.session.note !== '');
    setAttribute(this.note, 'title', [run.session.provider, run.session.model, run.session.transport].filter(Boolean).join(' · '));
    this.updateTotals(run);
    this.updateButtons(run, running);
  }

  /** The duration as of `now`, in milliseconds from the run's start. */
  tick(now: number): void {
    setText(this.duration, seconds(now));
    if (this.run?.status === 'in_progress') {
      setText(this.status, waiting(this.run, now) ?? RUN_WORDS.in_progress);
    }
  }

  private updateTotals(run: Run): void {
    const { sent, full_context } = run.bytes;
    setText(this.sent, `${bytes(sent)} sent`);
    show(this.sent, sent > 0);
    const saved = run.session.transport === 'http' ? '' : saving(sent, full_context);
    setText(this.saved, saved === '' ? '' : `${saved} of HTTP`);
    show(this.saved, saved !== '');
    setAttribute(this.saved, 'title', `HTTP with the full input in every request would have sent ${bytes(full_context)}`);
    const { input_tokens, cached_tokens, output_tokens, reasoning_tokens } = run.usage;
    setText(this.tokens, `${whole(input_tokens)} → ${whole(output_tokens)} tokens`);
    show(this.tokens, input_tokens + output_tokens > 0);
    setAttribute(
      this.tokens,
      'title',
      `${whole(input_tokens)} tokens in (${whole(cached_tokens)} cached), ${whole(output_tokens)} out (${whole(reasoning_tokens)} reasoning)`
    );
  }

  private updateButtons(run: Run, running: boolean): void {
    const canStop = this.onStop !== null && running;
    setText(this.stop, this.stopping ? 'stopping…' : '■ Stop');
    this.stop.disabled = this.stopping;
    show(this.stop, canStop);
    show(this.copy, !canStop && answerOf(run) !== '');
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
    setText(this.copy, copied ? 'Copied' : 'Copy failed');
    setTimeout(() => setText(this.copy, 'Copy answer'), 1500);
  }
}
