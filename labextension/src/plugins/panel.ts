/** The session panel at the side of JupyterLab and of Notebook 7. */

import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { cellOf, insertPrompt, isPromptCell, revealCell, runCell } from '../cells/actions';
import type { NotebookKernel } from '../kernel/notebook';
import { sessionsIcon } from '../panel/icon';
import { running, type Row, type Session } from '../panel/news';
import { confirmReset } from '../panel/reset';
import type { RunAction } from '../panel/treeView';
import { PanelView, type SessionAction, type Source } from '../panel/view';
import { branchLine, wish } from '../panel/wish';
import { __ } from '../texts';
import { element } from '../view/dom';
import { IKernels, INSERT_PROMPT, ITexts, OPEN_PANEL, OPEN_QUICKSTART } from './tokens';

const PANEL_ID = 'ws-notebook-sessions';

/** The part of the shells of JupyterLab and Notebook 7 that closes a side. */
interface Sides {
  collapseRight?(): void;
}

class SessionsPanel extends Widget {
  private readonly ended = new AbortController();
  private readonly view: PanelView;
  private frame: number | null = null;

  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly kernels: IKernels
  ) {
    super();
    this.id = PANEL_ID;
    this.title.icon = sessionsIcon;
    this.title.caption = __('Sessions of the Responses API');
    this.addClass('wsn-side');
    this.view = new PanelView({
      signal: this.ended.signal,
      offers: new Set<RunAction>(['reveal', 'branch', 'rerun', 'stop']),
      onRun: (action, source, session, row) => void this.onRun(action, source, session, row),
      confirms: false,
      isPrompt: (source, row) => this.isPrompt(source, row),
      onSession: (action, source, session) => void this.onSession(action, source, session),
      empty: () => this.empty()
    });
    this.node.append(this.view.node);
    kernels.changed.connect(this.refresh, this);
    kernels.noticed.connect((_, words) => this.view.tell(words), this);
  }

  override dispose(): void {
    this.ended.abort();
    super.dispose();
  }

  protected override onAfterShow(_: Message): void {
    this.paint();
    this.view.resume();
  }

  protected override onAfterAttach(_: Message): void {
    if (this.isVisible) {
      this.onAfterShow(_);
    }
  }

  protected override onAfterHide(_: Message): void {
    this.view.pause();
  }

  protected override onActivateRequest(_: Message): void {
    const row = this.node.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]');
    (row ?? this.node.querySelector<HTMLElement>('button:not([hidden])') ?? this.view.node).focus();
  }

  private refresh(): void {
    if (this.isVisible) {
      this.frame ??= requestAnimationFrame(() => this.paint());
    }
  }

  private paint(): void {
    this.frame = null;
    const used = this.kernels.kernels.filter(kernel => kernel.isUsed);
    this.view.update(
      used.map(
        (kernel): Source => ({
          key: kernel.panel.id,
          title: used.length > 1 ? kernel.panel.title.label : '',
          current: kernel === this.kernels.current,
          news: kernel.news
        })
      )
    );
  }

  private kernelOf(source: string): NotebookKernel | null {
    return this.kernels.kernels.find(kernel => kernel.panel.id === source) ?? null;
  }

  private async onRun(action: RunAction, source: string, session: Session, row: Row): Promise<void> {
    const kernel = this.kernelOf(source);
    if (kernel === null) {
      return;
    }
    const { panel } = kernel;
    if (action === 'stop') {
      kernel.stop(session, row);
      return;
    }
    if (action !== 'reveal' || !panel.isVisible) {
      this.app.shell.activateById(panel.id);
    }
    const cell = row.cell === null ? null : cellOf(panel, row.cell);
    if (action === 'branch') {
      if (session.address !== null) {
        await insertPrompt(panel, branchLine(session.address, row.id), row.cell);
      }
    } else if (cell === null) {
      this.view.tell(row.cell === null ? '' : __('The cell of %1 is no longer in the notebook.', row.id));
    } else if (action === 'rerun') {
      await runCell(panel, cell);
    } else {
      await revealCell(panel, cell.model.id);
    }
  }

  private isPrompt(source: string, row: Row): boolean {
    const kernel = this.kernelOf(source);
    const cell = kernel === null || row.cell === null ? null : cellOf(kernel.panel, row.cell);
    return cell !== null && isPromptCell(cell);
  }

  private async onSession(action: SessionAction, source: string, session: Session): Promise<void> {
    const kernel = this.kernelOf(source);
    if (action === 'stop_all') {
      running(session).forEach(row => kernel?.stop(session, row));
    } else if (action !== 'reset' || (await confirmReset(session))) {
      kernel?.send(wish(action, session));
    }
  }

  private empty(): Node {
    const node = document.createDocumentFragment();
    const line = element('p');
    // The code stands between words whose order is the translators'.
    const words = __('Run a cell with %1, then one whose first line is %2.', '\u0000', '\u0000');
    const [before = '', between = '', after = ''] = words.split('\u0000');
    line.append(
      before,
      element('code', { text: '%load_ext ws_notebook' }),
      between,
      element('code', { text: '%%responses' }),
      after
    );
    const buttons = element('div', { class: 'wsn-buttons' });
    for (const [command, label] of [
      [INSERT_PROMPT, __('Insert a prompt cell')],
      [OPEN_QUICKSTART, __('Open the quickstart')]
    ] as const) {
      const button = element('button', { class: 'wsn-button', type: 'button', text: label });
      button.addEventListener('click', () => void this.app.commands.execute(command), { signal: this.ended.signal });
      buttons.append(button);
    }
    node.append(
      element('p', { text: __('No session yet.') }),
      line,
      element('p', { text: __('Connections, runs, tools and totals are shown here then. No key is needed to try it.') }),
      buttons
    );
    return node;
  }
}

export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'ws-notebook:panel',
  description: 'Shows the sessions of the kernels of open notebooks.',
  autoStart: true,
  requires: [IKernels],
  optional: [ILayoutRestorer, ICommandPalette, ITexts],
  activate: (
    app: JupyterFrontEnd,
    kernels: IKernels,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ) => {
    const panel = new SessionsPanel(app, kernels);
    app.shell.add(panel, 'right', { rank: 900, type: 'ws-notebook' });
    restorer?.add(panel, PANEL_ID);
    app.commands.addCommand(OPEN_PANEL, {
      label: __('Sessions Panel'),
      caption: __('Connections, runs and tools of the sessions of open notebooks'),
      isToggled: () => panel.isVisible,
      execute: args => {
        if (panel.isVisible && args['keep'] !== true) {
          (app.shell as Sides).collapseRight?.();
          // The focus would be nowhere.
          app.shell.currentWidget?.activate();
        } else {
          app.shell.activateById(PANEL_ID);
        }
      }
    });
    palette?.addItem({ command: OPEN_PANEL, category: __('Responses') });
  }
};
