/** A plotly figure as it may be drawn: what it says, and nothing that fetches, links or runs. Pure. */

import { fields, isFields, list } from '../read';

export interface Figure {
  readonly data: readonly object[];
  readonly layout: object;
}

/** Kinds that draw what they hold; maps fetch what they draw on. */
const KINDS = new Set([
  'scatter', 'scattergl', 'bar', 'histogram', 'histogram2d', 'histogram2dcontour', 'box', 'violin', 'heatmap', 'contour',
  'pie', 'sunburst', 'treemap', 'icicle', 'funnel', 'funnelarea', 'waterfall', 'candlestick', 'ohlc', 'indicator',
  'scatter3d', 'surface', 'mesh3d', 'scatterpolar', 'scatterpolargl', 'barpolar', 'scatterternary', 'splom', 'parcoords', 'parcats',
  'sankey', 'table'
]);

/** Fields that name a place, or hold what is drawn by other means. */
const LEFT_OUT = /^(?:images|source|src|.*src|url|.*url|href|customdata|meta|template|config|updatemenus|sliders|(?:geo|map|mapbox)\d*)$/i;

const DEEPEST = 12;
const TAGS = /<(?!\/?(?:b|i|br|sub|sup|em|strong)\s*\/?>)[a-z!/][^>]*>?/gi;

/** The figure in the text of a bundle; null where it is none that can be drawn. */
export function readFigure(text: string): Figure | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const data = list(fields(value)['data']).filter(isFields).filter(trace => KINDS.has(String(trace['type'] ?? 'scatter')));
  if (data.length === 0) {
    return null;
  }
  return { data: data.map(trace => safe(trace, 0) as object), layout: safe(fields(fields(value)['layout']), 0) as object };
}

function safe(value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    return value.replace(TAGS, '');
  }
  if (Array.isArray(value)) {
    return depth > DEEPEST ? [] : value.map(each => safe(each, depth + 1));
  }
  if (isFields(value)) {
    const kept = Object.entries(value).filter(([name]) => !LEFT_OUT.test(name) && name !== '__proto__');
    return depth > DEEPEST ? {} : Object.fromEntries(kept.map(([name, each]) => [name, safe(each, depth + 1)]));
  }
  return value;
}
