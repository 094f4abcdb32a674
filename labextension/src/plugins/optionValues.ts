/** The user's settings, read from any JSON. Pure. */

import { isPromptText } from '../cells/line';
import { fields, oneOf } from '../run/read';
import { BEGINNINGS, type Beginning } from '../view/folds';

export interface Values {
  readonly promptCells: boolean;
  readonly badges: boolean;
  readonly statusBar: boolean;
  readonly promptLine: string;
  /** How timelines begin. */
  readonly timeline: Beginning;
}

export const DEFAULTS: Values = {
  promptCells: true,
  badges: true,
  statusBar: true,
  promptLine: '%%responses',
  timeline: BEGINNINGS[0]
};

/** Any JSON as settings: what is missing or wrong has its default. */
export function readOptions(value: unknown): Values {
  const from = fields(value);
  const flag = (name: 'promptCells' | 'badges' | 'statusBar'): boolean => {
    const given = from[name];
    return typeof given === 'boolean' ? given : DEFAULTS[name];
  };
  const line = from['promptLine'];
  return {
    promptCells: flag('promptCells'),
    badges: flag('badges'),
    statusBar: flag('statusBar'),
    promptLine: typeof line === 'string' && isPromptText(line.trim()) ? line.trim() : DEFAULTS.promptLine,
    timeline: oneOf(BEGINNINGS, from['timeline'], DEFAULTS.timeline)
  };
}
