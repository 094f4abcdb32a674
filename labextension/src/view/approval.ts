/** Approval: for each call that waits for approval a panel with its arguments and what can be done with it. */

import type { Run } from '../run/bundle';
import { readArguments, type Problem, type Verdict } from '../run/messages';
import { __ } from '../texts';
import { argumentsProblem, deadlineWords, isWhole, sizeWords, unsaidWords, waitingOf, type Waiting } from './approvals';
import { element, isolated, setText, show } from './dom';
import { oneLine, pretty, visible, whole } from './format';
import { keepKeys } from './keys';

/** Characters of the arguments that are read out. */
const SPOKEN = 200;
const ELSEWHERE = 'Answer in the input box of the cell.';
const UNSEEN = 'Not all of its arguments are shown: show them all first (S).';
/** Keys within so many milliseconds after the focus came by itself were meant for what had it before. */
const TOO_SOON = 800;

export class Approvals {
  readonly node = element('div', { class: 'wsn-approvals', hidden: '' });
  private readonly spoken = element('div', { class: 'wsn-hidden', role: 'alert' });
  private readonly panels = new Map<string, Panel>();

  /**
   * `onDecide` null: nothing can be decided from here, as in a saved run. `onUnfold` asks for all of a call's arguments:
   * `tell` is given the answer.
   */
  constructor(
    private readonly onDecide: ((verdict: Verdict) => void) | null,
    private readonly onUnfold: (turn: string, call: string) => void,
    private readonly signal: AbortSignal
  ) {
    this.node.append(this.spoken);
  }

  update(run: Run, running: boolean, now: number): void {
    const waiting = running && this.onDecide !== null ? waitingOf(run) : [];
    const keys = new Set(waiting.map(({ key }) => key));
    for (const [key, panel] of this.panels) {
      if (!keys.has(key)) {
        this.panels.delete(key);
        panel.leave([...this.panels.values()][0] ?? null);
      }
    }
    show(this.node, waiting.length > 0);
    for (const each of waiting) {
      (this.panels.get(each.key) ?? this.open(each)).update(each, now);
    }
  }

  tick(now: number): void {
    this.panels.forEach(panel => panel.tick(now));
  }

  refuse({ turn, call, message }: Problem): void {
    this.panels.get(`${turn} ${call}`)?.refuse(message);
  }

  /** A message from the kernel, which may be for here. */
  tell(message: unknown): void {
    const told = readArguments(message);
    if (told !== null) {
      this.panels.get(`${told.turn} ${told.call}`)?.unfold(told.text);
    }
  }

  private open(waiting: Waiting): Panel {
    const { turn, call } = waiting;
    const acts = {
      decide: (verdict: 'approve' | 'deny', more: string | null) => this.decide(waiting, verdict, more),
      unfold: () => this.onUnfold(turn, call.call_id)
    };
    const panel = new Panel(waiting, acts, this.signal);
    this.panels.set(waiting.key, panel);
    this.node.append(panel.node);
    this.decide(waiting, 'shown', null);
    const { name, arguments: written, approval } = call;
    const prompted = approval?.prompted ?? false;
    const how = prompted ? __(ELSEWHERE) : __('Press A to approve, D to deny, E to edit the arguments.');
    setText(this.spoken, `${__('%1 waits for your approval. Arguments: %2.', visible(name), oneLine(written, SPOKEN))} ${how}`);
    if (!prompted && !this.node.contains(document.activeElement)) {
      panel.takeFocus();
    }
    return panel;
  }

  private decide({ turn, call }: Waiting, verdict: Verdict['verdict'], more: string | null): void {
    this.onDecide?.({ turn, call: call.call_id, verdict, more });
  }
}

/** What the buttons of a panel do. */
interface Acts {
  decide(verdict: 'approve' | 'deny', more: string | null): void;
  /** Ask for all of the arguments. */
  unfold(): void;
}

type Mode = 'choose' | 'deny' | 'edit' | 'sent';

/** One call. The letters A, D and E choose while the focus is in it; Escape goes back to the choice. */
class Panel {
  readonly node = element('div', {
    class: 'wsn-approval',
    role: 'group',
    tabindex: '0',
    // JupyterLab sees keys before this view does; it leaves alone what happens in here.
    'data-lm-suppress-shortcuts': 'true'
  });
  private readonly deadline = element('span', { class: 'wsn-approval-deadline' });
  private readonly written: HTMLElement;
  private readonly editor = element('textarea', {
    class: 'wsn-approval-editor',
    spellcheck: 'false',
    'aria-label': __('Arguments as JSON')
  });
  private readonly reason = element('input', {
    class: 'wsn-approval-reason',
    type: 'text',
    maxlength: '1000',
    autocomplete: 'off',
    placeholder: __('Reason, which the model is told (may be empty)'),
    'aria-label': __('Reason of the denial')
  });
  private readonly problem = element('p', { class: 'wsn-approval-problem', role: 'alert', hidden: '' });
  private readonly elsewhere = element('p', { class: 'wsn-approval-elsewhere', text: __(ELSEWHERE) });
  private readonly choice = element('div', { class: 'wsn-approval-buttons' });
  private readonly confirm = element('div', { class: 'wsn-approval-buttons' });
  private readonly facts = element('span', { class: 'wsn-approval-facts' });
  private readonly unsaid = element('pre', { class: 'wsn-pre', 'data-part': 'unsaid', hidden: '' });
  private readonly rest: HTMLButtonElement;
  private readonly doneWords = element('span');
  private readonly doneKey = element('kbd', { class: 'wsn-key', 'aria-hidden': 'true' });
  private readonly done = element('button', { class: 'wsn-button', type: 'button' }, this.doneWords, this.doneKey);
  private mode: Mode = 'choose';
  /** All of the arguments, once they are here. */
  private text: string | null;
  private waiting: Waiting;
  private before: Element | null = null;
  private focused = -Infinity;

  constructor(
    waiting: Waiting,
    private readonly acts: Acts,
    signal: AbortSignal
  ) {
    this.waiting = waiting;
    const { call } = waiting;
    this.text = isWhole(call) ? call.arguments : null;
    const name = visible(call.name);
    this.node.setAttribute('aria-label', __('Approval of %1', name));
    this.node.setAttribute('aria-keyshortcuts', 'A D E');
    this.written = element('pre', { class: 'wsn-pre', 'data-part': 'arguments' }, ...isolated(pretty(call.arguments, Infinity)));
    setText(this.unsaid, unsaidWords(call));
    show(this.unsaid, this.unsaid.textContent !== '');
    setText(this.facts, sizeWords(call));
    const length = whole(call.approval?.asked?.length ?? 0);
    this.rest = this.button(__('Show all %1 characters', length), 'S', () => this.acts.unfold(), signal);
    const says = element('p', { class: 'wsn-approval-says' }, element('strong', { text: name }));
    says.append(` ${__('waits for your approval')}`, this.deadline);
    this.choice.append(
      this.rest,
      this.button(__('Approve'), 'A', () => this.send('approve', null), signal),
      this.button(__('Deny'), 'D', () => this.enter('deny'), signal),
      this.button(__('Edit arguments'), 'E', () => this.enter('edit'), signal),
      this.facts
    );
    this.done.addEventListener('click', () => this.finish(), { signal });
    this.confirm.append(this.done, this.button(__('Back'), 'Esc', () => this.enter('choose'), signal));
    this.node.append(says, this.written, this.unsaid, this.editor, this.reason, this.problem, this.choice, this.confirm, this.elsewhere);
    this.node.addEventListener('keydown', event => this.onKey(event), { signal });
    keepKeys(this.node, signal);
    this.draw();
  }

  update(waiting: Waiting, now: number): void {
    this.waiting = waiting;
    this.tick(now);
    this.draw();
  }

  /** These are all of the arguments: they are shown, and can be approved now. */
  unfold(text: string): void {
    if (this.text === null) {
      this.text = text;
      this.written.replaceChildren(...isolated(pretty(text, Infinity)));
      this.complain('');
      this.draw();
    }
  }

  tick(now: number): void {
    const words = deadlineWords(this.waiting.call, now);
    setText(this.deadline, words === '' ? '' : ` · ${words}`);
  }

  /** The kernel did not take the decision. */
  refuse(message: string): void {
    this.enter(this.waiting.call.approval?.decision === '' && this.editor.value !== '' ? 'edit' : 'choose');
    this.complain(message);
  }

  /** Take the focus, unless the reader is writing somewhere, or looks elsewhere: keys would be meant for that. */
  takeFocus(): void {
    const active = document.activeElement;
    if (active instanceof HTMLElement && isWriting(active)) {
      return;
    }
    if (!isInView(this.node) && this.node.closest('.jp-Cell')?.contains(active) !== true) {
      return;
    }
    this.before = active;
    this.focused = performance.now();
    this.node.focus({ preventScroll: true });
    this.node.scrollIntoView({ block: 'nearest' });
  }

  /** It was decided: the focus goes on to the next one, or back to where it was. */
  leave(next: Panel | null): void {
    const had = this.node.contains(document.activeElement);
    this.node.remove();
    if (!had) {
      return;
    }
    if (next !== null) {
      next.node.focus({ preventScroll: true });
    } else if (this.before instanceof HTMLElement && this.before.isConnected) {
      this.before.focus({ preventScroll: true });
    }
  }

  private button(text: string, key: string, act: () => void, signal: AbortSignal): HTMLButtonElement {
    const button = element('button', { class: 'wsn-button', type: 'button' });
    button.append(text, element('kbd', { class: 'wsn-key', 'aria-hidden': 'true', text: key }));
    button.addEventListener('click', act, { signal });
    return button;
  }

  private onKey(event: KeyboardEvent): void {
    const together = event.ctrlKey || event.metaKey;
    if (event.isComposing || event.altKey || (together && event.key !== 'Enter')) {
      return;
    }
    if (event.key === 'Enter' && together && this.mode === 'edit') {
      this.finish();
    } else if (event.key === 'Escape' && (this.mode === 'deny' || this.mode === 'edit')) {
      this.enter('choose');
    } else if (event.key === 'Enter' && this.mode === 'deny' && event.target === this.reason) {
      this.finish();
    } else if (this.mode === 'choose' && !this.prompted && performance.now() - this.focused > TOO_SOON) {
      const act = {
        a: () => this.send('approve', null),
        d: () => this.enter('deny'),
        e: () => this.enter('edit'),
        s: () => this.acts.unfold()
      };
      const chosen = act[event.key.toLowerCase() as keyof typeof act];
      if (chosen === undefined) {
        return;
      }
      chosen();
    } else {
      return;
    }
    event.preventDefault();
  }

  private enter(mode: Mode): void {
    if (mode === 'edit' && this.text === null) {
      this.complain(__(UNSEEN));
      return;
    }
    this.mode = mode;
    this.complain('');
    if (mode === 'edit' && this.editor.value === '') {
      this.editor.value = pretty(this.text ?? '', Infinity);
    }
    this.draw();
    (mode === 'edit' ? this.editor : mode === 'deny' ? this.reason : this.node).focus({ preventScroll: true });
  }

  private finish(): void {
    if (this.mode === 'deny') {
      this.send('deny', this.reason.value.trim());
      return;
    }
    const problem = argumentsProblem(this.editor.value);
    if (problem === '') {
      this.send('approve', this.editor.value);
    } else {
      this.complain(problem);
    }
  }

  private send(verdict: 'approve' | 'deny', more: string | null): void {
    if (verdict === 'approve' && this.text === null) {
      this.complain(__(UNSEEN));
      return;
    }
    this.mode = 'sent';
    this.complain('');
    this.draw();
    this.node.focus({ preventScroll: true });
    this.acts.decide(verdict, more);
  }

  private complain(text: string): void {
    setText(this.problem, visible(text));
    show(this.problem, text !== '');
  }

  private get prompted(): boolean {
    return this.waiting.call.approval?.prompted ?? false;
  }

  private draw(): void {
    const { mode, prompted } = this;
    show(this.written, mode !== 'edit' || prompted);
    show(this.editor, mode === 'edit' && !prompted);
    this.editor.rows = Math.min(12, Math.max(3, this.editor.value.split('\n').length));
    show(this.reason, mode === 'deny' && !prompted);
    show(this.choice, (mode === 'choose' || mode === 'sent') && !prompted);
    show(this.confirm, (mode === 'deny' || mode === 'edit') && !prompted);
    show(this.elsewhere, prompted);
    const [words, key] = mode === 'deny' ? [__('Deny'), 'Enter'] : [__('Run with these arguments'), 'Ctrl Enter'];
    setText(this.doneWords, words);
    setText(this.doneKey, key);
    show(this.rest, this.text === null);
    const [, approve, , edit] = this.choice.querySelectorAll('button');
    for (const button of this.choice.querySelectorAll('button')) {
      button.disabled = mode === 'sent' || (this.text === null && (button === approve || button === edit));
    }
  }
}

function isInView(node: HTMLElement): boolean {
  const { top, bottom } = node.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight;
}

/** Whether what is typed goes into a text now. */
function isWriting(node: HTMLElement): boolean {
  return node.isContentEditable || node.matches('input, textarea, select, [role=textbox]');
}
