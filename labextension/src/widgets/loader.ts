/** What every widget of a run carries: it fetches the view, which the page gets once, and hands over to it. */

import type { Initialize, Render } from '@anywidget/types';
import { loadPart, type PartTraits } from './parts';

interface Widget {
  initialize: Initialize<PartTraits>;
  render: Render<PartTraits>;
}

/** anywidget calls this once per widget. */
export default (): Widget => {
  let widget: Promise<Widget> | null = null;
  const load = (model: Parameters<Initialize<PartTraits>>[0]['model']): Promise<Widget> =>
    (widget ??= loadPart<{ default: () => Widget }>(model, 'code').then(view => view.default()));
  return {
    async initialize(context) {
      return (await load(context.model)).initialize(context);
    },
    async render(context) {
      return (await load(context.model)).render(context);
    }
  };
};
