/** Brings back to a page that was loaded again what its kernel's cells have shown since they were run last. */

import { isCodeCellModel, type ICodeCellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { PartialJSONObject } from '@lumino/coreutils';
import { isFields } from '../run/fields';
import type { KernelLink } from './link';
import { byCell, isMissed, placeOf, viewIn, type KnownView } from './restore';

/** Milliseconds after which a page looks again whether it is the one that writes. */
const MY_TURN = 2000;

/** Show what this notebook has not. `writes`: whether this page is the one of several that writes. */
export async function restoreViews({ content }: NotebookPanel, link: KernelLink, writes: () => boolean): Promise<void> {
  for (const [id, newest] of byCell(await link.views())) {
    const cell = [...(content.model?.cells ?? [])].filter(isCodeCellModel).find(each => each.id === id);
    if (cell !== undefined) {
      void restoreCell(cell, newest, link, writes);
    }
  }
}

async function restoreCell(
  cell: ICodeCellModel,
  newest: readonly KnownView[],
  link: KernelLink,
  writes: () => boolean
): Promise<void> {
  for (const known of newest) {
    if (!held(cell).includes(known.view)) {
      // Until this page may write, or until there is nothing to write.
      while (!cell.isDisposed && !held(cell).includes(known.view) && !writes()) {
        await new Promise(resolve => window.setTimeout(resolve, MY_TURN));
      }
      if (cell.isDisposed || held(cell).includes(known.view)) {
        continue;
      }
      const data = isMissed(known) ? await askedForms(link, known.view) : null;
      if (cell.isDisposed || data === null) {
        continue;
      }
      put(cell, known.view, newest, data);
    }
    if (known.done && !known.kept) {
      link.send(known.view, { kind: 'kept' });
    }
  }
}

/** The view that each output of a cell holds. */
function held({ outputs }: ICodeCellModel): readonly string[] {
  return Array.from({ length: outputs.length }, (_, index) => viewIn(outputs.get(index).data));
}

/** Put the forms of a view where they belong, unless they have come by another way meanwhile. */
function put(cell: ICodeCellModel, view: string, newest: readonly KnownView[], data: PartialJSONObject): void {
  const there = held(cell);
  if (there.includes(view)) {
    return;
  }
  const output = { output_type: 'display_data', data, metadata: {} } as const;
  const index = placeOf(view, there, newest.map(each => each.view));
  if (index === null) {
    cell.outputs.add(output);
  } else {
    cell.outputs.set(index, output);
  }
}

/** What the display of a view holds, from the kernel; null where that ends before. */
function askedForms(link: KernelLink, view: string): Promise<PartialJSONObject | null> {
  return new Promise(resolve => {
    const done = new AbortController();
    link.ended.addEventListener('abort', () => resolve(null), { signal: done.signal });
    link.listen(
      view,
      message => {
        if (isFields(message) && message['kind'] === 'forms' && isFields(message['data'])) {
          done.abort();
          resolve(message['data'] as PartialJSONObject);
        }
      },
      done.signal
    );
    link.send(view, { kind: 'forms' });
  });
}
