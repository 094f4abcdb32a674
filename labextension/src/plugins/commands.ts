/** The commands, for the palette, the menus, the keys and the cell's toolbar. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { stopIcon } from '@jupyterlab/ui-components';
import { cellOf, insertPrompt, isPromptCell, revealCell, runCell } from '../cells/actions';
import type { Badges, CellRun } from '../cells/badges';
import { staleOrder, type Asked } from '../cells/stale';
import type { NotebookKernel } from '../kernel/notebook';
import { leading, running, type Session } from '../panel/news';
import { confirmReset } from '../panel/reset';
import { branchLine, RUN_WISH, wish, type RunWish } from '../panel/wish';
import { __ } from '../texts';
import {
  ASK_AGAIN,
  ASK_STALE,
  BRANCH,
  IBadges,
  IKernels,
  INSERT_PROMPT,
  IOptions,
  ITexts,
  RESET,
  STOP_ALL,
  STOP_RUN,
  WARM_UP
} from './tokens';

/** In the palette's order. */
const OWN = [INSERT_PROMPT, BRANCH, ASK_AGAIN, ASK_STALE, STOP_RUN, STOP_ALL, WARM_UP, RESET];

class Commands {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly notebooks: INotebookTracker,
    private readonly kernels: IKernels,
    private readonly badges: Badges,
    private readonly options: IOptions
  ) {}

  add(): void {
    const { commands } = this.app;
    const hasNotebook = (): boolean => this.notebook !== null;
    const hasKernel = (): boolean => this.kernels.current?.isUsed === true;
    commands.addCommand(INSERT_PROMPT, {
      label: __('Insert Prompt Cell Below'),
      caption: __('A new %1 cell', '%%responses'),
      isEnabled: hasNotebook,
      execute: () => this.withNotebook(panel => insertPrompt(panel, this.options.values.promptLine))
    });
    commands.addCommand(BRANCH, {
      label: __('Branch from This Prompt'),
      caption: __('A new prompt cell that continues the run of this one'),
      isEnabled: () => this.activeRun !== null && this.activeRun.session.address !== null,
      execute: () => this.branch()
    });
    commands.addCommand(ASK_AGAIN, {
      label: __('Ask This Prompt Again'),
      isEnabled: () => this.activeCell !== null,
      execute: () => this.withNotebook(panel => this.askAgain(panel))
    });
    commands.addCommand(ASK_STALE, {
      label: __('Ask Stale Prompts Again'),
      caption: __('Run, in order, the prompts whose ground has changed since'),
      isEnabled: () => this.staleCells.length > 0,
      execute: () => this.withNotebook(panel => this.askStale(panel))
    });
    commands.addCommand(STOP_RUN, {
      label: __('Stop This Run'),
      icon: stopIcon,
      isEnabled: () => this.activeRun?.row.status === 'in_progress',
      isVisible: () => this.activeRun?.row.status === 'in_progress',
      execute: () => this.activeRun?.kernel.stop(this.activeRun.session, this.activeRun.row)
    });
    commands.addCommand(STOP_ALL, {
      label: __('Stop All Runs'),
      isEnabled: () => this.busyKernels.length > 0,
      execute: () => this.stopAll()
    });
    commands.addCommand(WARM_UP, {
      label: __('Warm Up the Session'),
      caption: __('Open the connection and have the provider read the tools, without an answer'),
      isEnabled: () => this.session?.warms_up === true,
      execute: () => this.warmUp()
    });
    commands.addCommand(RESET, {
      label: __('Reset the Session…'),
      caption: __('Stop what runs, close the connection and forget every run'),
      isEnabled: hasKernel,
      execute: () => this.reset()
    });
  }

  /** Have labels, buttons and menus look again at what may be done. */
  follow(): void {
    const { commands } = this.app;
    // By name: a toolbar's button hears nothing else.
    const look = (): void => OWN.forEach(command => commands.notifyCommandChanged(command));
    let waiting = false;
    this.kernels.changed.connect(() => {
      if (!waiting) {
        waiting = true;
        requestAnimationFrame(() => {
          waiting = false;
          look();
        });
      }
    });
    this.notebooks.activeCellChanged.connect(() => commands.notifyCommandChanged(STOP_RUN));
  }

  /** A click in a panel inside of a notebook's output. */
  takeWish(event: Event): void {
    const { target } = event;
    const { detail } = event as CustomEvent<RunWish>;
    const panel = this.notebooks.find(each => target instanceof Node && each.node.contains(target));
    if (panel === undefined) {
      return;
    }
    if (detail.action === 'branch' && detail.address !== null) {
      event.preventDefault();
      void insertPrompt(panel, branchLine(detail.address, detail.run), detail.cell);
    } else if (detail.action === 'reveal' && detail.cell !== null) {
      event.preventDefault();
      void revealCell(panel, detail.cell);
    }
  }

  private get notebook(): NotebookPanel | null {
    return this.notebooks.currentWidget;
  }

  private get activeCell(): Cell | null {
    return this.notebook?.content.activeCell ?? null;
  }

  private get activeRun(): CellRun | null {
    const cell = this.activeCell;
    return cell === null ? null : this.badges.run(cell.model.id);
  }

  private get session(): Session | null {
    const news = this.kernels.current?.news;
    return news === undefined ? null : leading(news);
  }

  private get busyKernels(): NotebookKernel[] {
    return this.kernels.kernels.filter(kernel => [...kernel.news.sessions.values()].some(each => running(each).length > 0));
  }

  private get staleCells(): string[] {
    const asked: Asked[] = [];
    for (const cell of this.notebook?.content.widgets ?? []) {
      const run = this.badges.run(cell.model.id);
      if (run !== null && run.row.mark === 'stale' && isPromptCell(cell)) {
        asked.push({ cell: cell.model.id, row: run.row, runs: run.session.runs });
      }
    }
    return staleOrder(asked);
  }

  private async withNotebook(act: (panel: NotebookPanel) => Promise<void>): Promise<void> {
    if (this.notebook === null) {
      Notification.info(__('Open a notebook first.'), { autoClose: 4000 });
      return;
    }
    await act(this.notebook);
  }

  private async branch(): Promise<void> {
    const run = this.activeRun;
    if (run !== null && run.session.address !== null) {
      await insertPrompt(run.kernel.panel, branchLine(run.session.address, run.row.id), run.row.cell);
    }
  }

  private async askAgain(panel: NotebookPanel): Promise<void> {
    if (this.activeCell !== null) {
      await runCell(panel, this.activeCell);
    }
  }

  private async askStale(panel: NotebookPanel): Promise<void> {
    for (const id of this.staleCells) {
      // Its ground is the newest run of another cell, so one after the other, until one fails or is stopped.
      const cell = cellOf(panel, id);
      if (cell !== null && !(await runCell(panel, cell))) {
        return;
      }
    }
  }

  private stopAll(): void {
    for (const kernel of this.busyKernels) {
      for (const session of kernel.news.sessions.values()) {
        running(session).forEach(row => kernel.stop(session, row));
      }
    }
  }

  private warmUp(): void {
    if (this.session !== null) {
      this.kernels.current?.send(wish('warm_up', this.session));
    }
  }

  private async reset(): Promise<void> {
    const { session } = this;
    const kernel = this.kernels.current;
    if (session !== null && (await confirmReset(session))) {
      kernel?.send(wish('reset', session));
    }
  }
}

export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'ws-notebook:commands',
  description: 'Commands for prompts, runs and sessions.',
  autoStart: true,
  requires: [INotebookTracker, IKernels, IBadges, IOptions],
  optional: [ICommandPalette, ITexts],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    kernels: IKernels,
    badges: Badges,
    options: IOptions,
    palette: ICommandPalette | null
  ) => {
    const commands = new Commands(app, notebooks, kernels, badges, options);
    commands.add();
    for (const command of OWN) {
      palette?.addItem({ command, category: __('Responses') });
    }
    commands.follow();
    document.body.addEventListener(RUN_WISH, event => commands.takeWish(event));
    kernels.noticed.connect((_, words) => Notification.warning(words, { autoClose: 8000 }));
  }
};
