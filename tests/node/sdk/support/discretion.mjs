// What providers must not learn.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEYS } from './upstream.mjs';

/** Declares, as a file's last test, that nothing of byo's own went upstream in all the others. */
export function testDiscretion(stage) {
  test('no provider saw a token, a customer or a header of byo', () => assertDiscreet(stage()));
}

/** The same as an assertion. */
export function assertDiscreet({ upstream, project }) {
  const seen = Object.keys(KEYS).flatMap(upstream.requests);
  assert.ok(seen.length > 0);
  for (const { method, path, headers, body } of seen) {
    assert.doesNotMatch(JSON.stringify({ path, headers, body }), /byo_|customer_\d|cookie/i, `${method} ${path}`);
    assert.deepEqual(Object.keys(headers).filter((name) => name.startsWith('x-byo')), []);
    assert.ok(!JSON.stringify(headers).includes(project.id));
  }
}
