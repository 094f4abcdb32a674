import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnWidth, neededSpan, rowsInSight, steppedSpan, ticks } from '../../src/view/layout';

test('every bar ends before the end of the plot, and nothing still spans some time', () => {
  const span = neededSpan([800, 3200, 3000]);
  assert.ok(span > 3200 && span < 3400);
  assert.ok(neededSpan([]) > 0);
});

test('of many rows those in sight and some around them have elements', () => {
  assert.deepEqual(rowsInSight(0, 320, 22, 60), [0, 60]);
  assert.deepEqual(rowsInSight(0, 320, 22, 10_000), [0, 35]);
  const [from, to] = rowsInSight(22 * 5000, 320, 22, 10_000);
  assert.ok(from <= 5000 && to >= 5015 && to - from < 60);
  assert.deepEqual(rowsInSight(1e9, 320, 22, 10_000), [9979, 10_000]);
  assert.deepEqual(rowsInSight(0, 0, 0, 10_000), [0, 80]);
});

test('the columns at the sides are as wide as their texts, within limits that follow the size of letters', () => {
  assert.equal(columnWidth('results', 200, 1000, 13), 200);
  assert.equal(columnWidth('results', 10, 1000, 13), 130);
  assert.equal(columnWidth('results', 10, 2000, 26), 260);
  assert.equal(columnWidth('results', 900, 520, 13), 156);
  assert.equal(columnWidth('names', 900, 2000, 13), 260);
  for (const width of [300, 520, 980, 1400]) {
    assert.ok(columnWidth('names', 900, width, 13) + columnWidth('results', 900, width, 13) <= width * 0.67);
  }
});

test('while a run grows its span changes in few steps and never shrinks', () => {
  const seen = new Set<number>();
  let span = 0;
  for (let now = 0; now < 60_000; now += 66) {
    const next = steppedSpan(now, span);
    assert.ok(next >= span && next >= now);
    span = next;
    seen.add(span);
  }
  assert.ok(seen.size <= 16, String(seen.size));
});

test('ticks stand apart, at round times, with room for their text at the right', () => {
  for (const plot of [150, 266, 640, 1800]) {
    for (const span of [3, 40, 800, 3200, 61_000, 7_200_000]) {
      const marks = ticks(span, plot);
      const at = marks.map(mark => (mark.at_ms / span) * plot);
      assert.equal(marks[0]?.at_ms, 0);
      assert.ok((at.at(-1) ?? 0) <= plot - 21);
      assert.ok(at.every((x, index) => index === 0 || x - (at[index - 1] ?? 0) >= 70 || span < 10));
      assert.equal(new Set(marks.map(mark => mark.text)).size, marks.length);
    }
  }
});

test('ticks use the unit that suits their step', () => {
  const last = (span: number): string => (ticks(span, 640).at(-1)?.text ?? '').replace('\u00a0', ' ');
  assert.equal(last(80), '70 ms');
  assert.equal(last(3200), '3 s');
  assert.equal(last(600_000), '8 min');
});
