/** The user's settings for the extension; the defaults where the application keeps none. */

import type { IPlugin } from '@lumino/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Token } from '@lumino/coreutils';
import { Signal, type ISignal } from '@lumino/signaling';
import { DEFAULTS, readOptions, type Values } from './optionValues';

export interface IOptions {
  readonly values: Values;
  readonly changed: ISignal<IOptions, void>;
}

export const IOptions = new Token<IOptions>('ws-notebook:IOptions', "The user's settings of ws-notebook.");

class Options implements IOptions {
  values = DEFAULTS;
  private readonly changes = new Signal<this, void>(this);

  get changed(): ISignal<this, void> {
    return this.changes;
  }

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
    const options = new Options();
    const follow = async (from: ISettingRegistry): Promise<void> => {
      const settings = await from.load(ID);
      options.set(settings.composite);
      settings.changed.connect(() => options.set(settings.composite));
    };
    if (registry !== null) {
      follow(registry).catch((reason: unknown) => console.warn('ws-notebook: the settings could not be read', reason));
    }
    return options;
  }
};
