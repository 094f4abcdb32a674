import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNews, takeNews, NO_NEWS } from '../../src/panel/news';
import { placed, type Source } from '../../src/panel/view';

function source(key: string, current: boolean, ...sessions: object[]): Source {
  const read = readNews({ kind: 'sessions', seq: 1, whole: true, sessions });
  assert.ok(read !== null);
  const news = takeNews(NO_NEWS, read, 0);
  assert.ok(news !== null);
  return { key, title: '', current, news };
}

const DONE = { id: 'r1', status: 'completed' };
const RUNS = { id: 'r2', status: 'in_progress' };

test('what goes on comes first, then the notebook that is looked at, and last what nobody used', () => {
  const first = source('a', false, { id: 's1' }, { id: 's2', runs: [DONE] }, { id: 's3', runs: [RUNS] });
  const second = source('b', true, { id: 's1' }, { id: 's2', runs: [DONE] }, { id: 's3', condition: 'open' });
  assert.deepEqual(
    placed([first, second]).map(({ key }) => key),
    ['a s3', 'b s2', 'b s3', 'a s2', 'b s1', 'a s1']
  );
});
