/** The buttons of the line over a run, as many of them beside one another as there is room for, the others in a menu. */

import { answerOf, type Run } from '../run/bundle';
import { __ } from '../texts';
import { copyText } from './copy';
import { element, setAttribute, setText, show } from './dom';
import { Menu } from './menu';
import { pythonOf } from './python';
import type { Room } from './room';

/** A Stop that had no effect can be repeated after this many milliseconds. */
const STOP_AGAIN = 3000;
/** For so long a button says that something was copied. */
const SAID = 1500;

export interface ActionHandlers {
  /** Null: nothing can be stopped from here, as in a saved run. */
  readonly stop: (() => void) | null;
  replay(): void;
  frames(): void;
}

function button(name: string, text: string, more: Readonly<Record<string, string>> = {}): HTMLButtonElement {
  return element('button', { class: `wsn-button ${name}`, type: 'button', text, ...more });
}

export class Actions {
  readonly node = element('div', { class: 'wsn-actions' });
  private readonly stop = button('wsn-stop', __('■ Stop'));
  private readonly replay = button('wsn-replay-button', __('Replay'), { 'aria-expanded': 'false' });
  private readonly frames = button('wsn-frames-button', __('Frames'), { 'aria-expanded': 'false' });
  private readonly python = button('wsn-copy-python', __('Python'), {
    'aria-label': __('Copy as Python'),
    title: __('Copy the Python that asks the same again'),
    'data-wsn-answers': ''
  });
  private readonly copy = button('wsn-copy', __('Copy'), { 'aria-label': __('Copy answer'), 'data-wsn-answers': '' });
  private readonly menu: Menu;
  private room: Room | null = null;
  private run: Run | null = null;
  private stopping = false;
  private replaying = false;
  private alone = false;

  constructor(
    private readonly on: ActionHandlers,
    signal: AbortSignal
  ) {
    this.menu = new Menu(signal);
    this.place('strip');
    this.stop.addEventListener('click', () => this.requestStop(), { signal });
    this.replay.addEventListener('click', () => on.replay(), { signal });
    this.frames.addEventListener('click', () => on.frames(), { signal });
    this.python.addEventListener('click', () => void this.copyFrom(this.python, pythonOf, __('Python'), __('Copy as Python')), { signal });
    this.copy.addEventListener('click', () => void this.copyFrom(this.copy, answerOf, __('Copy'), __('Copy answer')), { signal });
  }

  /** What the buttons say that there is room for on the widest page, and on one with a menu. */
  texts(): { all: readonly string[]; few: readonly string[] } {
    const ended = [__('Replay'), __('Frames'), __('Python'), __('Copy')];
    return { all: ended, few: [__('Replay'), __('Frames'), '⋯'] };
  }

  get sample(): HTMLElement {
    return this.frames;
  }

  update(run: Run): void {
    this.run = run;
    this.draw();
  }

  setReplaying(replaying: boolean): void {
    this.replaying = replaying;
    setText(this.replay, replaying ? __('End replay') : __('Replay'));
    setAttribute(this.replay, 'aria-expanded', String(replaying));
    this.draw();
  }

  setFrames(open: boolean): void {
    setAttribute(this.frames, 'aria-expanded', String(open));
  }

  /** Whether there is no kernel any more that could be asked for frames. It shows with the next update. */
  setAlone(alone: boolean): void {
    this.alone = alone;
  }

  place(room: Room): void {
    if (room === this.room) {
      return;
    }
    this.room = room;
    const ended = [this.replay, this.frames, this.python, this.copy];
    const inMenu = room === 'least' ? ended.slice(1) : room === 'menu' ? ended.slice(2) : [];
    const beside = ended.filter(each => !inMenu.includes(each));
    for (const each of beside) {
      each.removeAttribute('role');
      each.removeAttribute('tabindex');
    }
    this.menu.hold(inMenu);
    this.node.replaceChildren(this.stop, ...beside, this.menu.node);
  }

  private draw(): void {
    const { run } = this;
    if (run === null) {
      return;
    }
    const running = run.status === 'in_progress';
    const canStop = this.on.stop !== null && running;
    const asks = this.on.stop !== null && !this.alone && run.turns.length > 0;
    setText(this.stop, this.stopping ? __('stopping…') : __('■ Stop'));
    this.stop.disabled = this.stopping;
    show(this.stop, canStop);
    show(this.copy, !canStop && !this.replaying && answerOf(run) !== '');
    show(this.python, !canStop && !this.replaying && run.prompt !== '');
    show(this.replay, !running && run.duration_ms > 0 && run.turns.length > 0);
    show(this.frames, !this.replaying && (run.frames.length > 0 || asks));
    this.menu.refresh();
  }

  private requestStop(): void {
    if (this.on.stop !== null && !this.stopping) {
      this.on.stop();
      this.setStopping(true);
      setTimeout(() => this.setStopping(false), STOP_AGAIN);
    }
  }

  private setStopping(stopping: boolean): void {
    this.stopping = stopping;
    this.draw();
  }

  /** Copy what `textOf` makes of the run; the button, called so otherwise, says for a while what came of it. */
  private async copyFrom(button: HTMLElement, textOf: (run: Run) => string, text: string, name: string): Promise<void> {
    const copied = await copyText(this.run === null ? '' : textOf(this.run), this.node);
    const said = copied ? __('Copied') : __('Copy failed');
    setText(button, said);
    setAttribute(button, 'aria-label', said);
    setTimeout(() => {
      setText(button, text);
      setAttribute(button, 'aria-label', name);
    }, SAID);
  }
}
