/** The live view of a batch (anywidget): told by the kernel what changed, it asks for the rows that it shows. */

import type { Render } from '@anywidget/types';
import type { Window } from '../batch/rows';
import { take, unpack, type Facts } from '../batch/state';
import { BatchView } from '../batch/view';

interface Traits {
  batch: Facts & { readonly states: string };
  [trait: string]: unknown;
}

type News =
  | { kind: 'whole'; batch: Facts & { readonly states: string } }
  | { kind: 'news'; batch: Facts; changed: Readonly<Record<string, readonly number[]>> }
  | ({ kind: 'rows' } & Window);

export default {
  render({ model, el, signal }: Parameters<Render<Traits>>[0]) {
    const over = new AbortController();
    signal?.addEventListener('abort', () => over.abort());
    const view = new BatchView(over.signal, wish => model.send(wish));
    el.append(view.node);
    const first = model.get('batch');
    let letters = unpack(first.states);
    const onMessage = (message: unknown): void => {
      const news = message as News;
      if (news.kind === 'rows') {
        view.take(news);
      } else if (news.kind === 'whole') {
        letters = unpack(news.batch.states);
        view.update(news.batch, letters, [0, letters.length]);
      } else if (news.kind === 'news') {
        view.update(news.batch, letters, take(letters, news.changed));
      }
    };
    model.on('msg:custom', onMessage);
    over.signal.addEventListener('abort', () => model.off('msg:custom', onMessage));
    view.update(first, letters, null);
    // The picture in the model is of the beginning.
    model.send({ kind: 'ready' });
    return () => over.abort();
  }
};
