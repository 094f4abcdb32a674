/** Code that a page gets once for all runs of a kernel: a model of its own holds it, whose id a widget names. */

import type { AnyModel } from '@anywidget/types';

export interface PartTraits {
  code: string;
  math: string;
  [trait: string]: unknown;
}

/** The traits that name parts, and the names by which the kernel knows them. */
const NAMES = { code: 'widget', math: 'math' } as const;

/** All widgets of a page share what was loaded, although each has a loader of its own. */
const KEY = Symbol.for('ws-notebook parts');

function loaded(): Map<string, Promise<unknown>> {
  const page = globalThis as { [KEY]?: Map<string, Promise<unknown>> };
  return (page[KEY] ??= new Map());
}

/** The module of the part that a trait names. */
export function loadPart<Module>(model: AnyModel<PartTraits>, trait: keyof typeof NAMES): Promise<Module> {
  const id = model.get(trait);
  let part = loaded().get(id);
  if (part === undefined) {
    part = codeOf(model, id, NAMES[trait]).then(importCode);
    part.catch(() => loaded().delete(id));
    loaded().set(id, part);
  }
  return part as Promise<Module>;
}

async function codeOf(model: AnyModel<PartTraits>, id: string, name: string): Promise<string> {
  try {
    const holder = await model.widget_manager.get_model(id);
    const code: unknown = holder.get('code');
    if (typeof code === 'string' && code !== '') {
      return code;
    }
  } catch {
    // Not every front end hands out models.
  }
  return askForCode(model, name);
}

function askForCode(model: AnyModel<PartTraits>, name: string): Promise<string> {
  return new Promise(resolve => {
    const onMessage = (message: unknown): void => {
      const { kind, part, code } = message as { kind?: unknown; part?: unknown; code?: unknown };
      if (kind === 'code' && part === name && typeof code === 'string') {
        model.off('msg:custom', onMessage);
        resolve(code);
      }
    };
    model.on('msg:custom', onMessage);
    model.send({ kind: 'code', part: name });
  });
}

async function importCode(code: string): Promise<unknown> {
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  try {
    return await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}
