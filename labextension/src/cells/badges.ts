/** What the badge of a prompt cell says: from the kernel that ran it, else from the run that the notebook has saved. */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { ISignal } from '@lumino/signaling';
import type { NotebookKernel } from '../kernel/notebook';
import type { Row, Session } from '../panel/news';
import { doingWords, roughly } from '../panel/words';
import { MIME_TYPE } from '../run/bundle';
import { amount, isFields, oneOf, text, type Fields } from '../run/fields';
import { RUN_STATUSES, type RunStatus } from '../run/words';
import { __ } from '../texts';
import { seconds } from '../view/format';
import { loadAndRun } from './actions';
import { isEdited } from './edited';

export interface Badge {
  readonly status: RunStatus;
  /** The answer is not to the prompt as it stands, or not on its ground. */
  readonly stale: boolean;
  readonly words: string;
  /** What a pointer that rests on it reads. */
  readonly title: string;
  readonly button: BadgeButton | null;
}

export interface BadgeButton {
  readonly kind: 'stop' | 'load';
  readonly label: string;
  press(): void;
}

/** The kernels that may know a cell. */
export interface Kernels {
  readonly kernels: readonly NotebookKernel[];
  readonly changed: ISignal<unknown, void>;
}

/** A cell's latest run, where it is. */
export interface CellRun {
  readonly kernel: NotebookKernel;
  readonly session: Session;
  readonly row: Row;
}

/** Milliseconds between two pictures of a running time. */
const TICK = 1000;
/** What IPython says, as text, of a cell magic that nobody has loaded. */
const NOT_LOADED = /^UsageError: Cell magic `?%%responses`? not found/m;

export class Badges {
  private readonly listeners = new Map<string, Set<() => void>>();
  private runs = new Map<string, CellRun>();
  private timer: number | null = null;
  /** What the kernels have told of themselves. */
  private heard = '';

  constructor(private readonly kernels: Kernels) {
    kernels.changed.connect(() => this.onNews());
    this.onNews();
  }

  /** The latest run that the cell of this id has made, as far as a kernel knows. */
  run(cell: string): CellRun | null {
    return this.runs.get(cell) ?? null;
  }

  /** `source`: what the cell says now. */
  badge(model: ICodeCellModel, source: string): Badge | null {
    const run = this.runs.get(model.id);
    if (run !== undefined && !isElsewhere(model, run.row)) {
      return run.row.status === 'in_progress' ? this.liveBadge(run) : this.endedBadge(run.row, runOf(model, run.row.id), source);
    }
    return isNotLoaded(model) ? this.notLoadedBadge(model) : this.savedBadge(model, source);
  }

  /** Have it called when the badge of this cell may have changed. Returns how to end that. */
  listen(cell: string, listener: () => void): () => void {
    const mine = this.listeners.get(cell) ?? new Set();
    this.listeners.set(cell, mine.add(listener));
    return () => {
      mine.delete(listener);
      if (mine.size === 0 && this.listeners.get(cell) === mine) {
        this.listeners.delete(cell);
      }
    };
  }

  /** All badges are to be drawn anew. */
  refresh(): void {
    for (const cell of this.listeners.keys()) {
      this.tell(cell);
    }
  }

  private onNews(): void {
    const runs = new Map<string, CellRun>();
    for (const kernel of this.kernels.kernels) {
      for (const session of kernel.news.sessions.values()) {
        for (const row of session.runs.values()) {
          if (row.cell !== null && (runs.get(row.cell)?.row.started ?? 0) <= row.started) {
            runs.set(row.cell, { kernel, session, row });
          }
        }
      }
    }
    const before = this.runs;
    this.runs = runs;
    const heard = this.kernels.kernels.map(each => `${each.panel.id} ${each.isHeard} ${each.isRestarted}`).join();
    const isNews = heard !== this.heard;
    this.heard = heard;
    for (const cell of this.listeners.keys()) {
      if (isNews || before.get(cell)?.row !== runs.get(cell)?.row) {
        this.tell(cell);
      }
    }
    this.keepTime();
  }

  /** While a run goes on, its time does. */
  private keepTime(): void {
    const goesOn = [...this.runs.values()].some(({ row }) => row.status === 'in_progress');
    if (goesOn) {
      this.timer ??= window.setInterval(() => this.tick(), TICK);
    } else if (this.timer !== null) {
      window.clearInterval(this.timer);
      this.timer = null;
    }
  }

  private tick(): void {
    for (const [cell, { row }] of this.runs) {
      if (row.status === 'in_progress' && !document.hidden) {
        this.tell(cell);
      }
    }
  }

  private tell(cell: string): void {
    for (const listener of this.listeners.get(cell) ?? []) {
      listener();
    }
  }

  private liveBadge({ kernel, session, row }: CellRun): Badge {
    const time = roughly(Math.max(0, Date.now() + kernel.news.offset - row.started));
    const badge = told(row.status, `${doingWords(row)} ${time}`, __('Run %1 is in progress', row.id));
    return { ...badge, button: { kind: 'stop', label: __('■ Stop'), press: () => kernel.stop(session, row) } };
  }

  /** `saved`: what the cell's outputs hold of the run. */
  private endedBadge(row: Row, saved: Fields | null, source: string): Badge {
    const words = endWords(row.status, seconds(row.duration_ms ?? 0));
    if (saved !== null && isEdited(source, saved)) {
      return this.editedBadge(row.status, row.id, words);
    }
    if (row.mark === 'stale') {
      const title = __('What this prompt continues was asked again since run %1. Run the cell to bring it up to date.', row.id);
      return told(row.status, `${__('stale')} · ${words}`, title, true);
    }
    return told(row.status, words, __('Run %1', row.id));
  }

  private savedBadge(model: ICodeCellModel, source: string): Badge | null {
    const saved = runsIn(model).find(each => typeof each['status'] === 'string' && each['status'] !== 'in_progress');
    if (saved === undefined) {
      return null;
    }
    const status = oneOf(RUN_STATUSES, saved['status'], 'incomplete');
    const run = text(saved['id']);
    const words = endWords(status, seconds(amount(saved['duration_ms'])));
    if (isEdited(source, saved)) {
      return this.editedBadge(status, run, words);
    }
    const kernel = this.kernelOf(model);
    if (kernel === null || !kernel.isHeard || kernel.has(run, Date.parse(text(saved['started'])))) {
      return told(status, words, __('Run %1', run));
    }
    const since = kernel.isRestarted ? __('from before the restart') : __('no longer in the kernel');
    const title = __('The kernel does not know run %1, so no other cell can continue it. Run the cell to ask again.', run);
    return told(status, `${since} · ${words}`, title);
  }

  private editedBadge(status: RunStatus, run: string, words: string): Badge {
    const title = __('The answer is to what the prompt said before (run %1, %2). Run the cell to ask anew, or undo the edit.', run, words);
    return told(status, __('Prompt edited since this answer'), title, true);
  }

  /** The cell was run, and its kernel did not know what it is. */
  private notLoadedBadge(model: ICodeCellModel): Badge {
    const panel = this.kernelOf(model)?.panel ?? null;
    const badge = told('incomplete', __('Run %1 first', '%load_ext ws_notebook'), __('This kernel does not know %1 yet.', '%%responses'));
    const label = __('Load it and ask');
    return panel === null ? badge : { ...badge, button: { kind: 'load', label, press: () => void loadAndRun(panel, model.id) } };
  }

  private kernelOf(model: ICodeCellModel): NotebookKernel | null {
    return this.kernels.kernels.find(each => [...(each.panel.content.model?.cells ?? [])].includes(model)) ?? null;
  }
}

/** A badge without a button. */
function told(status: RunStatus, words: string, title: string, stale = false): Badge {
  return { status, stale, words, title, button: null };
}

/** The runs that a cell's outputs hold. */
function runsIn({ outputs }: ICodeCellModel): readonly Fields[] {
  const held = Array.from({ length: outputs.length }, (_, index): unknown => outputs.get(index).data[MIME_TYPE]);
  return held.filter(isFields);
}

function runOf(model: ICodeCellModel, id: string): Fields | null {
  return runsIn(model).find(run => run['id'] === id) ?? null;
}

/** Whether it was run in a kernel that has not loaded this package. */
function isNotLoaded({ outputs }: ICodeCellModel): boolean {
  const held = Array.from({ length: outputs.length }, (_, index): Fields => outputs.get(index).toJSON());
  return held.some(output => {
    const words = output['text'];
    return output['output_type'] === 'stream' && NOT_LOADED.test(Array.isArray(words) ? words.join('') : text(words));
  });
}

/** Whether a run that has ended was asked by another page of the notebook: this one holds an older answer, or none. */
function isElsewhere(model: ICodeCellModel, row: Row): boolean {
  const runs = runsIn(model);
  return row.status !== 'in_progress' && (runs.length > 0 ? runs.every(run => run['id'] !== row.id) : model.executionCount === null);
}

function endWords(status: RunStatus, time: string): string {
  switch (status) {
    case 'completed':
      return __('done in %1', time);
    case 'failed':
      return __('failed after %1', time);
    case 'cancelled':
      return __('stopped after %1', time);
    case 'unanswered':
      return __('unanswered');
    default:
      return __('incomplete');
  }
}
