import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOMS, roomFor } from '../../src/view/room';

const NEEDS = { what: 300, note: 100, totals: 250, strip: 120, buttons: 240, few: 150 };

test('the strip goes first, then the numbers, then the buttons', () => {
  const found = [935, 934, 890, 889, 540, 539, 450, 449, 0].map(width => roomFor(width, NEEDS));
  assert.deepEqual(found, ['strip', 'line', 'line', 'rows', 'rows', 'menu', 'menu', 'least', 'least']);
});

test('a wider page never has less', () => {
  let before: number = ROOMS.length;
  for (let width = 100; width < 1400; width += 7) {
    const rank = ROOMS.indexOf(roomFor(width, NEEDS));
    assert.ok(rank <= before);
    before = rank;
  }
});
