// Which words are said, and with what in them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { source } from './source.mjs';

const { default: eager } = await source('messages/en.ts');
const { default: more } = await source('messages/en-more.ts');
const { learn, wordsNow } = await source('messages/index.ts');

test('no text stands in both halves of English, and none is empty', () => {
  for (const [key, text] of Object.entries({ ...eager, ...more })) assert.ok(text.trim(), key);
  assert.deepEqual(Object.keys(eager).filter((key) => key in more), []);
});

test('what is loaded later is known to words that were there before', () => {
  const say = wordsNow();
  assert.equal(say.has('error.timed_out'), false);
  learn(more);
  assert.equal(say('error.timed_out'), more['error.timed_out']);
});

test('values go where their names stand, and a place without a value stays', () => {
  const say = wordsNow();
  assert.equal(say('connect', { provider: 'OpenAI' }), 'Connect OpenAI');
  assert.equal(say('hint.other', { provider: 'xAI' }), 'This looks like a key for xAI. If it is one, choose xAI instead.');
  assert.equal(say('endingIn'), 'Key ending in {key}');
  assert.equal(say('newKey', { label: '$& {label}' }), 'New $& {label}');
});

test('a count takes the form that the language has for it', () => {
  const say = wordsNow();
  assert.equal(say('models.other', { count: 1 }), '1 model');
  assert.equal(say('models.other', { count: 0 }), '0 models');
  assert.equal(say('models.other', { count: 12 }), '12 models');
});

test('every verdict has words of its own, and only of a usable key is it said that it works', () => {
  const usable = ['valid', 'restricted', 'no_quota', 'rate_limited'];
  const all = [...usable, 'rejected', 'denied', 'not_provable', 'unreachable'];
  const titles = new Set([...all, 'unknown'].map((verdict) => more[`verdict.${verdict}.title`]));
  assert.equal(titles.size, 9);
  for (const verdict of all) {
    assert.equal(more[`verdict.${verdict}.title`].startsWith('The key works'), usable.includes(verdict), verdict);
    assert.ok(more[`verdict.${verdict}.next`], verdict);
  }
});

test('every provider has words for its field', async () => {
  const { providers } = await source('tables.ts');
  for (const { id, keyPlaceholder } of providers) {
    assert.ok(eager[`help.${id}`], id);
    assert.ok(keyPlaceholder || eager[`placeholder.${id}`], id);
    assert.ok(!(keyPlaceholder && eager[`placeholder.${id}`]), id);
  }
});

test('an error of the server says what to do next', () => {
  const next = /try again|tell the team|ask the team|contact the team|Reload|create a new one|Copy only|Try another|Ask them/i;
  const own = ['busy', 'disabled', 'csp_blocks_wasm', 'widget'];
  for (const [key, text] of Object.entries(more).filter(([key]) => key.startsWith('error.') && !own.includes(key.slice(6)))) {
    assert.match(text, next, key);
    assert.ok(text.endsWith('.'), key);
  }
});
