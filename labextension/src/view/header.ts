/** The one line over a run: its name, how it stands, facts, the run in small, what was sent, buttons. */

import type { Run } from '../run/bundle';
import { __ } from '../texts';
import { Actions, type ActionHandlers } from './actions';
import { element, setAttribute, setText, show } from './dom';
import { bytes, joined, numbersOf, visible } from './format';
import { Measure } from './measure';
import { roomFor, type Needs, type Room } from './room';
import { Strip } from './strip';
import { allFailed, amountsOf, durationOf, nameOf, statusOf, totalsLine, totalsOf, waiting } from './summary';

export interface HeaderHandlers extends ActionHandlers {
  collapse(): void;
  timeline(): void;
  sent(): void;
}

/** Widths of letters: of a button besides its text, of what stands around the parts, of the strip, of names at most. */
const BUTTON = 1.8;
const GAP = 0.9;
const EDGES = 2.4;
const STRIP = 6.6;
const NAME = 20;
const NOTE = 18;
const PILL = 1.4;
/** For a number that grows. */
const SLACK = 0.4;
/** The size of letters of the note and of the numbers. */
const SMALL = 0.88;
const SMALLER = 0.96;

export class Header {
  readonly node = element('div', { class: 'wsn-header' });
  private readonly name = element('span', { class: 'wsn-run-name' });
  private readonly status = element('span', { class: 'wsn-status' });
  private readonly duration = element('span', { class: 'wsn-duration' });
  private readonly turns = element('span', { class: 'wsn-fact wsn-turns' });
  private readonly calls = element('span', { class: 'wsn-fact wsn-calls' });
  private readonly facts = element('span', { class: 'wsn-facts' }, this.duration, this.turns, this.calls);
  private readonly note = element('span', { class: 'wsn-note' });
  private readonly sent = element('span', { class: 'wsn-sent' });
  private readonly saved = element('span', { class: 'wsn-saving' });
  private readonly tokens = element('span', { class: 'wsn-tokens' });
  private readonly totals = element('button', { class: 'wsn-totals', type: 'button', 'aria-expanded': 'false' }, this.sent, this.saved, this.tokens);
  private readonly fold = element('button', { class: 'wsn-collapse', type: 'button' }, element('span', { class: 'wsn-dot' }));
  readonly actions: Actions;
  readonly strip: Strip;
  private readonly measure = new Measure();
  private readonly resizes = new ResizeObserver(entries => this.resized(entries.at(-1)?.contentRect.width ?? 0));
  private width = 0;
  private em = 0;
  private run: Run | null = null;
  private whole: Run | null = null;

  /** `onRoom` is told how much has room, for those whose look depends on it. */
  constructor(
    on: HeaderHandlers,
    private readonly onRoom: (room: Room) => void,
    signal: AbortSignal
  ) {
    this.actions = new Actions(on, signal);
    this.strip = new Strip(() => on.timeline(), signal);
    const what = element('div', { class: 'wsn-what' }, this.name, ' ', this.status, ' ', this.facts);
    this.node.append(this.fold, what, this.note, ' ', this.strip.node, ' ', this.totals, ' ', this.actions.node);
    this.setFold(false);
    this.fold.addEventListener('click', () => on.collapse(), { signal });
    this.totals.addEventListener('click', () => on.sent(), { signal });
    this.resizes.observe(this.node);
    signal.addEventListener('abort', () => this.resizes.disconnect());
  }

  setFold(folded: boolean): void {
    setAttribute(this.fold, 'aria-label', __('Show the run'));
    setAttribute(this.fold, 'title', folded ? __('Show the run') : __('Fold the run to this line'));
    setAttribute(this.fold, 'aria-expanded', String(!folded));
  }

  setSent(open: boolean): void {
    setAttribute(this.totals, 'aria-expanded', String(open));
  }

  /** `whole`: the finished run that this one is an earlier moment of. */
  update(run: Run, now: number, whole: Run | null = null): void {
    this.run = run;
    this.whole = whole;
    const shown = whole ?? run;
    setText(this.name, nameOf(shown));
    setAttribute(this.name, 'title', nameOf(shown));
    setAttribute(this.node, 'data-tone', run.status === 'completed' && allFailed(run) ? 'warn' : 'plain');
    const [turns, calls] = amountsOf(run);
    this.fact(this.turns, whole === null ? turns : '');
    this.fact(this.calls, whole === null ? calls : '');
    this.updateNote(shown);
    this.updateTotals(run);
    this.actions.update(shown);
    this.strip.update(shown, whole?.duration_ms ?? now);
    this.strip.mark(whole === null ? null : now / Math.max(1, whole.duration_ms));
    this.tick(now);
    this.fit();
  }

  /** The duration as of `now`, in milliseconds from the run's start. */
  tick(now: number): void {
    const { run, whole: ended } = this;
    setText(this.duration, `${ended === null ? '' : '· '}${durationOf(now, ended)}`);
    if (run !== null) {
      setText(this.status, ended !== null ? __('replay') : (waitingWords(run, now) ?? statusOf(run)));
      if (run.status === 'in_progress' && ended === null) {
        this.strip.update(run, now);
      }
    }
  }

  private fact(node: HTMLElement, text: string): void {
    setText(node, text === '' ? '' : ` · ${text}`);
    show(node, text !== '');
  }

  private updateNote({ session }: Run): void {
    const { note, provider, model, transport } = session;
    setText(this.note, note === '' ? '' : visible(__(note)));
    show(this.note, note !== '');
    setAttribute(this.note, 'title', visible(joined([__(note), provider, model, transport])));
  }

  private updateTotals(run: Run): void {
    const totals = totalsOf(run);
    const { sent, saved, tokens } = totals;
    setText(this.sent, sent);
    setText(this.saved, saved === '' ? '' : `, ${saved}`);
    setText(this.tokens, tokens === '' ? '' : sent === '' ? tokens : ` · ${tokens}`);
    for (const each of [this.sent, this.saved, this.tokens]) {
      show(each, each.textContent !== '');
    }
    show(this.totals, sent + tokens !== '');
    setAttribute(this.totals, 'title', joined([totalsLine(totals), ...insteadOf(run)], '\n'));
  }

  private resized(width: number): void {
    const em = parseFloat(getComputedStyle(this.node).fontSize);
    if (width === 0 || (width === this.width && em === this.em)) {
      return;
    }
    this.width = width;
    this.em = em;
    this.measure.learn('name', this.name);
    this.measure.learn('status', this.status);
    this.measure.learn('quiet', this.facts);
    this.measure.learn('button', this.actions.sample);
    this.fit();
  }

  /** Give the parts the room that there is. */
  private fit(): void {
    if (this.width > 0 && this.run !== null) {
      const room = roomFor(this.width, this.needs(this.whole ?? this.run));
      setAttribute(this.node, 'data-wsn-room', room);
      this.actions.place(room);
      this.onRoom(room);
    }
  }

  /** Those of the whole run, so that a replay changes nothing, and with the buttons that come when it has ended. */
  private needs(run: Run): Needs {
    const { em } = this;
    const width = (name: string, text: string): number => this.measure.width(name, text);
    const { sent, saved, tokens } = totalsOf(run);
    const facts = joined([durationOf(run.duration_ms, null), ...amountsOf(run)]);
    const buttons = (texts: readonly string[]): number =>
      texts.reduce((sum, text) => sum + width('button', text) + BUTTON * em, GAP * em);
    const { all, few } = this.actions.texts();
    const note = run.session.note === '' ? 0 : Math.min(NOTE, width('quiet', __(run.session.note)) / em + PILL) * SMALL + GAP;
    return {
      what: Math.min(NAME * em, width('name', nameOf(run))) + width('status', statusOf(run)) + width('quiet', facts) + (EDGES + SLACK) * em,
      note: note * em,
      totals: sent + tokens === '' ? 0 : width('quiet', totalsLine({ sent, saved, tokens: '' })) * SMALLER + (GAP + SLACK) * em,
      strip: (STRIP + GAP) * em,
      buttons: buttons(all),
      few: buttons(few)
    };
  }
}

function waitingWords(run: Run, now: number): string | null {
  return run.status === 'in_progress' ? waiting(run, now) : null;
}

/** What of the numbers has no room in the line. */
function insteadOf({ bytes: { full_context }, usage }: Run): string[] {
  return [
    full_context > 0 ? __('HTTP with the full input in every request would have sent %1', bytes(full_context)) : '',
    usage.input_tokens + usage.output_tokens > 0 ? __('%1 tokens in (%2 cached), %3 out (%4 reasoning)', ...numbersOf(usage)) : ''
  ];
}
