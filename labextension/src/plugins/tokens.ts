/** What the plugins hand to one another, and the names of the commands that they give each other. */

import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { Badges } from '../cells/badges';
import type { NotebookKernel } from '../kernel/notebook';
import type { Texts } from '../texts';
import type { Beginning } from '../view/folds';

export interface IKernels {
  /** One for each open notebook, the oldest first. */
  readonly kernels: readonly NotebookKernel[];
  /** Told of one before the cells of its notebook are made. */
  readonly added: ISignal<IKernels, NotebookKernel>;
  /** What a kernel told has changed, or a notebook has come or gone. */
  readonly changed: ISignal<IKernels, void>;
  /** A kernel says why it could not do what was asked. */
  readonly noticed: ISignal<IKernels, string>;
  /** The kernel of the notebook that is looked at. */
  readonly current: NotebookKernel | null;
}

export const IKernels = new Token<IKernels>('ws-notebook:IKernels', 'The kernels of open notebooks: their runs and sessions.');

/** Who has it speaks the reader's language: `__` and `_n` do so from then on. */
export const ITexts = new Token<Texts>('ws-notebook:ITexts', "Texts in the reader's language.");

/** The user's settings. */
export interface Options {
  readonly promptCells: boolean;
  readonly badges: boolean;
  readonly statusBar: boolean;
  readonly promptLine: string;
  /** How timelines begin. */
  readonly timeline: Beginning;
}

export interface IOptions {
  readonly values: Options;
  readonly changed: ISignal<IOptions, void>;
}

export const IOptions = new Token<IOptions>('ws-notebook:IOptions', "The user's settings of ws-notebook.");

export type IBadges = Badges;

export const IBadges = new Token<IBadges>('ws-notebook:IBadges', 'The latest run of each prompt cell.');

export const OPEN_PANEL = 'ws-notebook:open-panel';
export const INSERT_PROMPT = 'ws-notebook:insert-prompt';
export const ASK_AGAIN = 'ws-notebook:ask-again';
export const ASK_STALE = 'ws-notebook:ask-stale';
export const BRANCH = 'ws-notebook:branch';
export const STOP_RUN = 'ws-notebook:stop-run';
export const STOP_ALL = 'ws-notebook:stop-all';
export const WARM_UP = 'ws-notebook:warm-up';
export const RESET = 'ws-notebook:reset';
export const OPEN_QUICKSTART = 'ws-notebook:open-quickstart';
