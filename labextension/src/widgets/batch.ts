/** The live view of a batch (anywidget): told by the kernel what changed, it asks for the rows that it shows. */

import type { Render } from '@anywidget/types';
import type { Window } from '../batch/rows';
import { take, unpack, type Facts } from '../batch/state';
import { BatchView } from '../batch/view';
import { heed, lasting } from '../view/model';

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
    return lasting(signal, over => {
      const view = new BatchView(over, wish => model.send(wish));
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
      heed(model, 'msg:custom', onMessage, over);
      view.update(first, letters, null);
      // The picture in the model is of the beginning.
      model.send({ kind: 'ready' });
    });
  }
};
