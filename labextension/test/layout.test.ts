import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LABEL_GAP, longestLabel, neededSpan, steppedSpan, ticks } from '../src/view/layout';

const rows = [
  { end_ms: 800, label: 50 },
  { end_ms: 3200, label: 110 },
  { end_ms: 3000, label: 900 }
];

test('every bar is followed by its label, cut to the longest allowed', () => {
  for (const plot of [120, 266, 640, 1800]) {
    const span = neededSpan(rows, plot);
    for (const { end_ms, label } of rows) {
      const right = (end_ms / span) * plot + LABEL_GAP + Math.min(label, longestLabel(plot));
      assert.ok(right <= plot, `${right} of ${plot}`);
    }
  }
});

test('a timeline of nothing still spans some time', () => {
  assert.ok(neededSpan([], 600) > 0);
  assert.ok(Number.isFinite(neededSpan([{ end_ms: 10, label: 40 }], 10)));
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
