/** The user's settings for the extension; the defaults where the application keeps none. */

import type { IPlugin } from '@lumino/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal, type ISignal } from '@lumino/signaling';
import { isPromptText } from '../cells/line';
import { shape, text, wordOf } from '../run/fields';
import { BEGINNINGS } from '../view/folds';
import { IOptions, type Options } from './tokens';

/** A switch is on unless it was put off. */
const isOn = (value: unknown): boolean => value !== false;

/** Any JSON as settings: what is missing or wrong has its default. */
export const readOptions = shape<Options>({
  promptCells: isOn,
  badges: isOn,
  statusBar: isOn,
  promptLine: value => (isPromptText(text(value).trim()) ? text(value).trim() : '%%responses'),
  timeline: wordOf(BEGINNINGS, BEGINNINGS[0])
});

class Settings implements IOptions {
  values = readOptions({});
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
