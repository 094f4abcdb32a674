import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stampOf } from '../../src/cells/crc';
import { isEdited, wordsOf } from '../../src/cells/edited';

const cell = (words: string): string => `%%responses -t population\n${words}`;

test('a stamp is that of zlib, of UTF-8', () => {
  assert.deepEqual(['', 'hello', 'grüße 🌍\n'].map(stampOf), ['00000000-0', '3610a686-5', '9a0c17de-13']);
});

test('the words of a cell begin below its first line, and line breaks around them do not count', () => {
  assert.equal(wordsOf(cell('\n\nOne\r\n\r\ntwo\n\n')), 'One\n\ntwo');
  assert.equal(wordsOf('%%responses'), '');
});

test('a run that says what it was asked with tells each edit, and each that is undone', () => {
  const asked = { source: stampOf('Which of {towns} is larger?'), prompt: 'Which of Paris, Oslo is larger?' };
  for (const same of ['Which of {towns} is larger?', '\nWhich of {towns} is larger?\n\n']) {
    assert.equal(isEdited(cell(same), asked), false);
  }
  for (const other of ['Which of {cities} is larger?', 'Which of {towns} is larger', 'Which of Paris, Oslo is larger?', '']) {
    assert.equal(isEdited(cell(other), asked), true, other);
  }
  assert.equal(isEdited('%%responses -m other --new\nWhich of {towns} is larger?', asked), false);
});

test('of a run of before, what stands between braces may have become anything', () => {
  const before: [words: string, prompt: string, edited: boolean][] = [
    ['What is 2 + 2?', 'What is 2 + 2?', false],
    ['What is 2 + 3?', 'What is 2 + 2?', true],
    ['{city} or Oslo?', 'Paris or Oslo?', false],
    ['{city} or Rome?', 'Paris or Oslo?', true],
    ['Of {a} and {b["x"]:.1f}, {c}', 'Of 1 and {2.0}, \nlines, 3', false],
    ['Say {{x}} and {"json": 1}', 'Say {x} and {"json": 1}', false],
    ['a{x}aa', 'aa', true],
    ['\nKeep\n', 'Keep', false],
    ['See {figure}', 'See [image]', false],
    ['Look', 'Look\n[image] [image]', false],
    ['Use my key', 'Use [secret]', false],
    ['Anything', '', false],
    ['Anything', 'x'.repeat(20_030), false]
  ];
  for (const [words, prompt, edited] of before) {
    assert.equal(isEdited(cell(words), { prompt }), edited, words);
  }
});
