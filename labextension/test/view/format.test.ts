import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, duration, oneLine, pretty, moment, saving, seconds, shortArguments, visible, whole } from '../../src/view/format';

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
  assert.equal(spaced(saving(1900, 21_000)), '91 %');
  assert.equal(saving(812, 812), '');
  assert.equal(saving(900, 812), '');
  assert.equal(saving(5, 0), '');
  assert.equal(spaced(saving(1, 10_000_000)), '99 %');
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

test('what cannot be seen is written out', () => {
  const hidden = ['\u0000', '\u001b', '\r', '\u007f', '\u009b', '\u00ad', '\u061c', '\u200b', '\u200e', '\u200f', '\u2028', '\u202e', '\u2060', '\u2066', '\u2069', '\u3164', '\ufeff', '\ufff9', '\ud800'];
  for (const each of hidden) {
    assert.equal(visible(`a${each}b`), `a\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}b`);
  }
  assert.equal(visible('\u{e0041}'), '\\udb40\\udc41');
  assert.equal(visible('a\u200db\u200c'), 'a\\u200db\\u200c');
});

test('what belongs to a text stays as it is', () => {
  const texts = ['', 'a\n\tb', 'مرحبا 100 עברית', 'می\u200cخواهم', 'क्\u200dष', '👩\u200d👩\u200d👧', '👩🏽\u200d🚀', '🏳\ufe0f\u200d🌈', '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}', 'é–…\u00a0x'];
  texts.forEach(text => assert.equal(visible(text), text));
  assert.equal(visible('a\r\nb'), 'a\nb');
});

test('arguments are what they say', () => {
  const json = JSON.stringify({ to: 'alice\u202e001 :tnuoma', note: 'x\u2066y\u200b' });
  const shown = '{\n  "to": "alice\\u202e001 :tnuoma",\n  "note": "x\\u2066y\\u200b"\n}';
  assert.equal(pretty(json, 1000), shown);
  assert.deepEqual(JSON.parse(shown), JSON.parse(json));
  assert.equal(shortArguments(json, 100), 'to="alice\\u202e001 :tnuoma", note="x\\u2066y\\u200b"');
  assert.equal(pretty('{"a\u202e', 100), '{"a\\u202e');
  assert.equal(oneLine('\ufeffa', 10), '\\ufeffa');
});

test('numbers and repeated names are shown as they were written', () => {
  assert.equal(pretty('{"a":12345678901234567890,"a":1e400}', 100), '{\n  "a": 12345678901234567890,\n  "a": 1e400\n}');
  assert.equal(pretty('{"caf\\u00e9":"\\/"}', 100), '{\n  "café": "/"\n}');
});

test('a moment is told in the unit of the whole', () => {
  assert.equal(spaced(moment(1400, 3200)), '1.4 of 3.2 s');
  assert.equal(spaced(moment(0, 290)), '0.00 of 0.29 s');
  assert.equal(spaced(moment(5000, 32_000)), '5 of 32 s');
  assert.equal(spaced(moment(65_000, 125_000)), '1 min 5 s of 2 min 5 s');
});
