import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MIME_TYPE, readRun, type Run } from '../../src/run/bundle';
import { endedRun } from '../../src/run/ending';
import { formsOf, withRun, type Forms } from '../../src/view/forms';
import { sampleRun } from '../sample';

/** A run that goes on, with these texts in its turns. */
function run(texts: readonly string[], more: object = {}): Run {
  const sample = sampleRun() as { turns: object[] };
  const turns = texts.map((text, index) => ({ ...sample.turns[0], ...(index > 0 ? { calls: [] } : {}), text, status: 'in_progress', end_ms: null }));
  const read = readRun({ ...sample, status: 'in_progress', text: '', turns, ...more });
  assert.ok(read !== null);
  return read;
}

const all = (forms: Forms): string[] => [forms['text/html'], forms['text/markdown'], forms['text/plain']];

test('every form holds the whole answer, the calls and how the run ended', () => {
  const ended = endedRun(run(['Wait.', 'About two']), 5000, 'restarted');
  for (const form of all(formsOf(ended))) {
    for (const words of ['Wait.', 'About two', 'The kernel was restarted while it ran.', 'stopped', ended.turns[0]?.calls[0]?.name ?? '?']) {
      assert.ok(form.includes(words), `${words} is not in ${form}`);
    }
    assert.doesNotMatch(form, /running/);
  }
});

test('a run that goes on says so', () => {
  for (const form of all(formsOf(run(['Wait.'])))) {
    assert.match(form, /running/);
    assert.doesNotMatch(form, /Stopped/);
  }
});

test('nothing in it is HTML, and what cannot be seen is written out', () => {
  const { 'text/html': html } = formsOf(run(['<img src=x onerror=alert(1)> \u202e'], { stopped: '<b>' }));
  assert.doesNotMatch(html, /<img|<b>|\u202e/);
  assert.match(html, /&#60;img/);
});

test('a block of code that breaks off is closed in Markdown', () => {
  const markdown = formsOf(run(['```py\nx = 1']))['text/markdown'];
  assert.match(markdown, /```py\nx = 1\n```\n\n/);
  assert.match(formsOf(run(['```py\nx = 1\n```']))['text/markdown'], /```py\nx = 1\n```\n\n(?!`)/);
});

test('an answer in JSON is a block of code', () => {
  assert.match(formsOf(run(['{"a":1'], { format: 'json' }))['text/markdown'], /^```json\n\{\n  "a": 1\n```/);
});

test('a run takes the place of what an output held of it, in all forms', () => {
  const forms = { 'text/html': '<p>new</p>', 'text/markdown': 'new', 'text/plain': 'new' };
  const data: Record<string, unknown> = {
    [MIME_TYPE]: { status: 'in_progress' },
    'application/vnd.jupyter.widget-view+json': { model_id: 'gone' },
    'text/html': '<div>old</div>',
    'image/png': 'kept'
  };
  assert.deepEqual(withRun(data, MIME_TYPE, { status: 'cancelled' }, forms), {
    ...forms,
    [MIME_TYPE]: { status: 'cancelled' },
    'image/png': 'kept'
  });
});
