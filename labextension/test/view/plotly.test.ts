import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFigure } from '../../src/view/plotly';

const read = (value: unknown): unknown => readFigure(JSON.stringify(value));

test('a figure keeps what it says', () => {
  const figure = { data: [{ type: 'bar', x: ['Paris'], y: { dtype: 'i1', bdata: 'AQ==' } }], layout: { title: { text: 'a < b <b>x</b>' } } };
  assert.deepEqual(read(figure), figure);
});

test('nothing of it fetches or links', () => {
  const figure = {
    data: [
      { type: 'scattermapbox', lat: [1] },
      { type: 'choropleth', geojson: 'https://a.invalid' },
      { type: 'image', source: 'https://a.invalid/x.png' },
      { y: [1], text: ['<a href="https://a.invalid">x</a>', '<img src=x onerror=1>y'], customdata: [1], marker: { colorsrc: 'x' } }
    ],
    layout: { images: [{ source: 'https://a.invalid' }], geo2: {}, mapbox: { style: 'https://a.invalid' }, template: {}, font: { size: 9 } }
  };
  assert.deepEqual(read(figure), { data: [{ y: [1], text: ['x', 'y'], marker: {} }], layout: { font: { size: 9 } } });
});

test('what is no figure, or only a map, is not drawn', () => {
  for (const none of [null, [], {}, { data: 5 }, { data: [] }, { data: [null, 'x'] }, { data: [{ type: 'scattergeo' }] }]) {
    assert.equal(read(none), null);
  }
  assert.equal(readFigure('{'), null);
  const deep = '['.repeat(5000) + ']'.repeat(5000);
  assert.ok(readFigure(`{"data":[{"y":${deep}}],"layout":{"__proto__":{"x":1}}}`));
});

test('what would hold up the page is not drawn', () => {
  const bars = (count: number): object => ({ data: Array.from({ length: count }, () => ({ type: 'bar', y: [1] })) });
  assert.ok(read(bars(60)));
  const packed = { data: [{ y: { dtype: 'i1', bdata: 'A'.repeat(80_000) } }] };
  const notes = { data: [{ y: [1] }], layout: { shapes: Array(300).fill({}) } };
  for (const none of [bars(61), { data: [{ y: Array(50_000).fill(1) }] }, packed, notes]) {
    assert.equal(read(none), null);
  }
  assert.ok(read({ data: [{ y: { dtype: 'f8', bdata: 'A'.repeat(80_000) } }] }));
  const bins = { data: [{ type: 'histogram', x: [1, 2], xbins: { size: 1e-9 } }], layout: { xaxis: { dtick: 1e-9, title: 'x' }, grid: { rows: 1e9 } } };
  assert.deepEqual(read(bins), { data: [{ type: 'histogram', x: [1, 2] }], layout: { xaxis: { title: 'x' } } });
});
