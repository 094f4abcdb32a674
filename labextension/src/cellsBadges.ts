/** What the badge of a prompt cell says: from the kernel that ran it, else from the run that the notebook has saved. */

import type { ICodeCellModel } from '@jupyterlab/cells';
import { MIME_TYPE } from './bundle';
import type { IKernels } from './kernels';
import type { NotebookKernel } from './kernelsChannel';
import { STATUSES, type Row, type Session, type Status } from './panelNews';
import { doingWords, roughly } from './panelWords';
import { amount, isFields, oneOf, type Fields } from './read';
import type { Texts } from './texts';
import { seconds } from './view/format';

export interface Badge {
  readonly status: Status;
  readonly stale: boolean;
  readonly words: string;
  /** What a pointer that rests on it reads. */
  readonly title: string;
  readonly stop: (() => void) | null;
}

/** A cell's latest run, where it is. */
export interface CellRun {
  readonly kernel: NotebookKernel;
  readonly session: Session;
  readonly row: Row;
}

/** Milliseconds between two pictures of a running time. */
const TICK = 1000;

export class Badges {
  private readonly listeners = new Map<string, Set<() => void>>();
  private runs = new Map<string, CellRun>();
  private timer: number | null = null;

  constructor(
    private readonly kernels: IKernels,
    private readonly texts: Texts
  ) {
    kernels.changed.connect(() => this.onNews());
    this.onNews();
  }

  /** The latest run that the cell of this id has made, as far as a kernel knows. */
  run(cell: string): CellRun | null {
    return this.runs.get(cell) ?? null;
  }

  badge(model: ICodeCellModel): Badge | null {
    const run = this.runs.get(model.id);
    return run === undefined || isElsewhere(model, run.row) ? this.savedBadge(model) : this.liveBadge(run);
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
    for (const cell of this.listeners.keys()) {
      if (before.get(cell)?.row !== runs.get(cell)?.row) {
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
    const { texts } = this;
    if (row.status === 'in_progress') {
      const time = roughly(texts, Math.max(0, Date.now() + kernel.news.offset - row.started));
      return {
        status: row.status,
        stale: false,
        words: `${doingWords(texts, row)} ${time}`,
        title: texts.__('Run %1 is in progress', row.id),
        stop: () => kernel.stop(session, row)
      };
    }
    return this.endedBadge(row.status, row.duration_ms ?? 0, row.mark === 'stale', row.id);
  }

  private savedBadge(model: ICodeCellModel): Badge | null {
    for (const saved of runsIn(model)) {
      if (typeof saved['status'] === 'string' && saved['status'] !== 'in_progress') {
        const run = typeof saved['id'] === 'string' ? saved['id'] : '';
        return this.endedBadge(oneOf(STATUSES, saved['status'], 'incomplete'), amount(saved['duration_ms']), false, run);
      }
    }
    return null;
  }

  private endedBadge(status: Status, ms: number, stale: boolean, run: string): Badge {
    const { texts } = this;
    const words = endWords(texts, status, seconds(ms));
    return {
      status,
      stale,
      words: stale ? `${texts.__('stale')} · ${words}` : words,
      title: stale
        ? texts.__('What this prompt continues was asked again since run %1. Run the cell to bring it up to date.', run)
        : texts.__('Run %1', run),
      stop: null
    };
  }
}

/** The runs that a cell's outputs hold. */
function runsIn({ outputs }: ICodeCellModel): readonly Fields[] {
  const held = Array.from({ length: outputs.length }, (_, index): unknown => outputs.get(index).data[MIME_TYPE]);
  return held.filter(isFields);
}

/** Whether a run that has ended was asked by another page of the notebook: this one holds an older answer, or none. */
function isElsewhere(model: ICodeCellModel, row: Row): boolean {
  const runs = runsIn(model);
  return row.status !== 'in_progress' && (runs.length > 0 ? runs.every(run => run['id'] !== row.id) : model.executionCount === null);
}

function endWords(texts: Texts, status: Status, time: string): string {
  switch (status) {
    case 'completed':
      return texts.__('done in %1', time);
    case 'failed':
      return texts.__('failed after %1', time);
    case 'cancelled':
      return texts.__('stopped after %1', time);
    case 'unanswered':
      return texts.__('unanswered');
    default:
      return texts.__('incomplete');
  }
}
