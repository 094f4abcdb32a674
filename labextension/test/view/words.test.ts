import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeWords } from '../../src/view/words';

test('codes of the protocol are said in words, unknown ones in those that they are made of', () => {
  assert.equal(codeWords('connection_lost'), 'the connection was lost');
  assert.equal(codeWords('server_unavailable'), 'the server was not available');
  assert.equal(codeWords('tide_too_low'), 'tide too low');
  assert.equal(codeWords('constructor'), 'constructor');
  assert.equal(codeWords('a_\u202eb'), 'a \\u202eb');
});
