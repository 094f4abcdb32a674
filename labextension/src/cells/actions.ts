/** What is done to a notebook for a run or a prompt: find its cell, show it, run it, write a new one below. */

import type { Cell } from '@jupyterlab/cells';
import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import { isPromptText } from './line';

const FLASH = 'wsn-flash';
/** Milliseconds. */
const FLASH_TIME = 1200;

export function cellOf(panel: NotebookPanel, id: string): Cell | null {
  return panel.content.widgets.find(cell => cell.model.id === id) ?? null;
}

export function isPromptCell(cell: Cell): boolean {
  return cell.model.type === 'code' && isPromptText(cell.model.sharedModel.getSource());
}

/** Bring a cell into view and make it the active one. The keyboard stays where it is. */
export async function revealCell(panel: NotebookPanel, id: string): Promise<void> {
  const notebook = panel.content;
  const cell = cellOf(panel, id);
  if (cell === null) {
    return;
  }
  // A notebook in edit mode would put the cursor into the cell.
  const reader = document.activeElement;
  notebook.mode = 'command';
  notebook.deselectAll();
  notebook.activeCellIndex = notebook.widgets.indexOf(cell);
  await notebook.scrollToCell(cell, 'smart');
  cell.node.classList.add(FLASH);
  window.setTimeout(() => cell.node.classList.remove(FLASH), FLASH_TIME);
  if (reader instanceof HTMLElement) {
    reader.focus({ preventScroll: true });
  }
}

/** Write a new prompt cell below one (default: the active one), and put the cursor where the words go. */
export async function insertPrompt(panel: NotebookPanel, line: string, below: string | null = null): Promise<void> {
  const notebook = panel.content;
  const cell = below === null ? null : cellOf(panel, below);
  if (cell !== null) {
    notebook.activeCellIndex = notebook.widgets.indexOf(cell);
  }
  NotebookActions.insertBelow(notebook);
  const made = notebook.activeCell;
  if (made === null) {
    return;
  }
  if (made.model.type !== 'code') {
    NotebookActions.changeCellType(notebook, 'code');
  }
  const prompt = notebook.activeCell ?? made;
  const source = `${line}\n`;
  prompt.model.sharedModel.setSource(source);
  panel.activate();
  notebook.mode = 'edit';
  beginWords(prompt);
  // A cell outside of the window gets its editor when it comes into view.
  await notebook.scrollToCell(prompt, 'smart');
  await prompt.ready;
  if (prompt.model.sharedModel.getSource() === source) {
    beginWords(prompt);
  }
}

/** Put the cursor below the first line. */
function beginWords(cell: Cell): void {
  cell.editor?.setCursorPosition({ line: 1, column: 0 });
  cell.editor?.focus();
}

/** How a cell loads this package. */
const LOADS = /^\s*%(?:re)?load_ext\s+ws_notebook\s*$/m;
const LOAD = '%load_ext ws_notebook';

/** Run the cell of this id behind the one above it that loads this package; where there is none, one is written. */
export async function loadAndRun(panel: NotebookPanel, id: string): Promise<void> {
  const notebook = panel.content;
  const cell = cellOf(panel, id);
  if (cell === null) {
    return;
  }
  const above = notebook.widgets.slice(0, notebook.widgets.indexOf(cell));
  const loads = above.findLast(each => each.model.type === 'code' && LOADS.test(each.model.sharedModel.getSource()));
  if (await runCell(panel, loads ?? writeAbove(panel, cell, LOAD))) {
    await runCell(panel, cell);
  }
}

function writeAbove(panel: NotebookPanel, cell: Cell, source: string): Cell {
  const notebook = panel.content;
  const index = notebook.widgets.indexOf(cell);
  panel.model?.sharedModel.insertCell(index, { cell_type: 'code', source, metadata: { trusted: true } });
  return notebook.widgets[index] ?? cell;
}

/** Run it; the answer is whether all went well. */
export async function runCell(panel: NotebookPanel, cell: Cell): Promise<boolean> {
  return NotebookActions.runCells(panel.content, [cell], panel.sessionContext);
}
