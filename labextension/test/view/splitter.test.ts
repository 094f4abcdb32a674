import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockSplitter } from '../../src/view/splitter';

const ANSWER = `# Title

First paragraph
of two lines.

- one

- two

  still two

1. first
2. second

**Bold** start.

Before the code:
\`\`\`python
x = 1

y = 2
\`\`\`
After it.

$$
a

b
$$

| a | b |
| --- | --- |
| 1 | 2 |

The end`;

function split(source: string, step: number): { blocks: string[]; tail: string } {
  const splitter = new BlockSplitter();
  const blocks: string[] = [];
  for (let at = 0; at < source.length; at += step) {
    splitter.push(source.slice(at, at + step));
    blocks.push(...splitter.take());
  }
  return { blocks, tail: splitter.tail };
}

test('blocks and tail together are the text, but for blank lines between blocks', () => {
  const { blocks, tail } = split(ANSWER, 7);
  const squeezed = (text: string): string => text.replace(/\n{2,}/g, '\n');
  assert.equal(squeezed(blocks.join('') + tail), squeezed(ANSWER));
});

test('where the text was cut on its way makes no difference', () => {
  const whole = split(ANSWER, ANSWER.length);
  for (const step of [1, 2, 3, 5, 11, 64]) {
    assert.deepEqual(split(ANSWER, step), whole);
  }
});

test('lists, code and display math are never torn apart', () => {
  const { blocks } = split(ANSWER, 1);
  assert.ok(blocks.includes('- one\n\n- two\n\n  still two\n\n1. first\n2. second\n\n'));
  assert.ok(blocks.includes('```python\nx = 1\n\ny = 2\n```\n'));
  assert.ok(blocks.includes('$$\na\n\nb\n$$\n'));
});

test('code that is being written is known as such', () => {
  const splitter = new BlockSplitter();
  splitter.push('Look:\n```js\nlet a');
  assert.deepEqual(splitter.take(), ['Look:\n']);
  assert.equal(splitter.inCode, true);
  splitter.push(' = 1\n```\n');
  assert.equal(splitter.inCode, false);
  assert.deepEqual(splitter.take(), ['```js\nlet a = 1\n```\n']);
});

test('the tail stays short in a long answer of paragraphs', () => {
  const splitter = new BlockSplitter();
  let longest = 0;
  for (let index = 0; index < 2000; index += 1) {
    splitter.push(`Paragraph ${index} of many.\n\n`);
    splitter.take();
    longest = Math.max(longest, splitter.tail.length);
  }
  assert.ok(longest < 100);
});
