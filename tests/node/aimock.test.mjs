// The stand-in provider is only worth something if it really refuses keys that it does not know.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startAimock } from '../browser/support/aimock.mjs';

const KEY = 'sk-live-known';
let aimock;

before(async () => {
  aimock = await startAimock({ keys: [KEY] });
});
after(() => aimock.stop());

const LISTS = {
  openai: (key) => [`${aimock.env.BYO_PROVIDERS__OPENAI__BASE_URL}/models`, { authorization: `Bearer ${key}` }],
  anthropic: (key) => [
    `${aimock.env.BYO_PROVIDERS__ANTHROPIC__BASE_URL}/v1/models`,
    { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
  ],
  google: (key) => [`${aimock.env.BYO_PROVIDERS__GOOGLE__BASE_URL}/models?pageSize=1`, { 'x-goog-api-key': key }],
};

for (const [provider, list] of Object.entries(LISTS)) {
  test(`${provider}: the known key lists models and any other is refused`, async () => {
    assert.equal(await status(...list(KEY)), 200);
    assert.equal(await status(...list('sk-live-other')), 401);
  });
}

async function status(url, headers) {
  const response = await fetch(url, { headers });
  await response.arrayBuffer();
  return response.status;
}
