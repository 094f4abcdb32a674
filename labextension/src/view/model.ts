/** How long what a widget shows lasts, and what of its model it hears meanwhile. */

import type { AnyModel } from '@anywidget/types';

/** Begin what lasts until `signal` aborts, or until what is returned is called: anywidget ends it by either. */
export function lasting(signal: AbortSignal | undefined, begin: (signal: AbortSignal) => void): () => void {
  const ended = new AbortController();
  signal?.addEventListener('abort', () => ended.abort());
  begin(ended.signal);
  return () => ended.abort();
}

/** Have `listener` called at an event of the model, such as "msg:custom", until `signal` aborts. */
export function heed<T extends Record<string, unknown>>(
  model: AnyModel<T>,
  event: string,
  listener: (message: unknown) => void,
  signal: AbortSignal
): void {
  model.on(event, listener);
  signal.addEventListener('abort', () => model.off(event, listener));
}
