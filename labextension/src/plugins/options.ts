/** The user's settings for the extension; the defaults where the application keeps none. */

import type { IPlugin } from '@lumino/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal, type ISignal } from '@lumino/signaling';
import { isPromptText } from '../cells/line';
import { fields, oneOf } from '../run/fields';
import { BEGINNINGS } from '../view/folds';
import { IOptions, type Options } from './tokens';

export const DEFAULTS: Options = {
  promptCells: true,
  badges: true,
  statusBar: true,
  promptLine: '%%responses',
  timeline: BEGINNINGS[0]
};

/** Any JSON as settings: what is missing or wrong has its default. */
export function readOptions(value: unknown): Options {
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

class Settings implements IOptions {
  values = DEFAULTS;
  private readonly changes = new Signal<this, void>(this);
  readonly changed: ISignal<this, void> = this.changes;

  set(value: unknown): void {
    this.values = readOptions(value);
    this.changes.emit();
  }
}

const ID = 'ws-notebook:settings';

export const optionsPlugin: IPlugin<unknown, IOptions> = {
  id: ID,
  description: "Reads the user's settings of ws-notebook.",
  autoStart: true,
  optional: [ISettingRegistry],
  provides: IOptions,
  activate: (_app: unknown, registry: ISettingRegistry | null) => {
    const settings = new Settings();
    const follow = async (from: ISettingRegistry): Promise<void> => {
      const kept = await from.load(ID);
      settings.set(kept.composite);
      kept.changed.connect(() => settings.set(kept.composite));
    };
    if (registry !== null) {
      follow(registry).catch((reason: unknown) => console.warn('ws-notebook: the settings could not be read', reason));
    }
    return settings;
  }
};
