import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, duration, oneLine, pretty, saving, seconds, shortArguments, whole } from '../src/view/format';

/** Plain spaces, so that the expectations can be read. */
function spaced(text: string): string {
  return text.replace(/[\u00a0\u2009]/g, ' ');
}

test('durations have two figures and a unit', () => {
  const expected: [number, string][] = [
    [0, '0 ms'],
    [0.4, '0.4 ms'],
    [34.4, '34 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [3200, '3.2 s'],
    [9950, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min'],
    [125_000, '2 min 5 s']
  ];
  for (const [ms, text] of expected) {
    assert.equal(spaced(duration(ms)), text);
  }
});

test('turns are told in seconds from a tenth of one', () => {
  assert.equal(spaced(seconds(34)), '34 ms');
  assert.equal(spaced(seconds(800)), '0.80 s');
  assert.equal(spaced(seconds(994)), '0.99 s');
  assert.equal(spaced(seconds(996)), '1.0 s');
});

test('bytes have decimal units', () => {
  const expected: [number, string][] = [
    [0, '0 B'],
    [812, '812 B'],
    [999, '999 B'],
    [1900, '1.9 kB'],
    [21_000, '21 kB'],
    [999_600, '1.0 MB'],
    [8_000_000, '8.0 MB']
  ];
  for (const [count, text] of expected) {
    assert.equal(spaced(bytes(count)), text);
  }
});

test('long numbers are grouped', () => {
  assert.equal(spaced(whole(187)), '187');
  assert.equal(spaced(whole(1_234_567)), '1 234 567');
});

test('a saving is shown only when there is one, and never as all', () => {
  assert.equal(spaced(saving(1900, 21_000)), '\u221291 %');
  assert.equal(saving(812, 812), '');
  assert.equal(saving(900, 812), '');
  assert.equal(saving(5, 0), '');
  assert.equal(spaced(saving(1, 10_000_000)), '\u221299 %');
});

test('texts are cut to one line by characters, not by halves of them', () => {
  assert.equal(oneLine(' a\n  b ', 10), 'a b');
  assert.equal(oneLine('abcdef', 4), 'abc…');
  assert.equal(oneLine('😀😀😀😀', 3), '😀😀…');
  assert.equal(oneLine('x'.repeat(10_000_000), 3), 'xx…');
});

test('arguments are shown as a call would be written', () => {
  assert.equal(shortArguments('{"city": "Paris", "days": 3}', 60), 'city="Paris", days=3');
  assert.equal(shortArguments('{}', 60), '');
  assert.equal(shortArguments('{"city": "Pa', 60), '{"city": "Pa');
  assert.equal(shortArguments('[1, 2]', 60), '[1, 2]');
});

test('JSON is indented, other text is left, and too much is counted', () => {
  assert.equal(pretty('{"a":1}', 100), '{\n  "a": 1\n}');
  assert.equal(pretty('not json', 100), 'not json');
  assert.equal(spaced(pretty('x'.repeat(1500), 500)).split('\n')[1], '… 1 000 more characters');
});
