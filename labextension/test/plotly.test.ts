import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFigure } from '../src/view/plotly';

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
