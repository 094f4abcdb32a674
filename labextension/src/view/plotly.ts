/** A plotly figure as it may be drawn: what it says, and nothing that fetches, links or runs. Pure. */

import { fields, isFields, list } from '../run/fields';

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

/**
 * Fields that name a place, hold what is drawn by other means, or cut an axis into pieces, of which there may be billions.
 */
const LEFT_OUT = /^(?:[xy]bins|nbins[xy]|n?contours|[xyz]?dtick|nticks|minor|grid|frames|images|source|src|.*src|url|.*url|href|customdata|meta|template|config|updatemenus|sliders|(?:geo|map|mapbox)\d*)$/i;

const DEEPEST = 12;
/** More would hold up the page: curves, values of all of them, and what stands over them. */
const MOST_CURVES = 60;
const MOST_VALUES = 40_000;
const MOST_NOTES = 200;
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
  const layout = fields(fields(value)['layout']);
  if (data.length === 0 || data.length > MOST_CURVES || amountIn([data, layout], 0) > MOST_VALUES || hasManyNotes(layout)) {
    return null;
  }
  return { data: data.map(trace => safe(trace, 0) as object), layout: safe(layout, 0) as object };
}

function hasManyNotes(layout: object): boolean {
  return Object.values(layout).some(value => Array.isArray(value) && value.length > MOST_NOTES);
}

/** How many values there are, those in arrays that are written as base64 too. */
function amountIn(value: unknown, depth: number): number {
  if (depth > DEEPEST || typeof value !== 'object' || value === null) {
    return typeof value === 'string' ? 1 + value.length / 100 : 1;
  }
  const packed = fields(value)['bdata'];
  if (typeof packed === 'string') {
    return (packed.length * 3) / 4 / bytesOf(fields(value)['dtype']);
  }
  return Object.values(value).reduce((sum: number, each: unknown) => sum + amountIn(each, depth + 1), 0);
}

function bytesOf(dtype: unknown): number {
  return Number(/[1248]$/.exec(String(dtype))?.[0] ?? 1);
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
