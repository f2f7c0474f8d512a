// What of an SDK's request must reach the provider as it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WAYS } from './stage.mjs';
import { MODELS, QUESTION } from './upstream.mjs';

/** Credentials, the connection's own headers and the wish for compression are byo's affair, these are not. */
const PASSED_ON = /^(accept|content-type|user-agent|anthropic-.*|openai-.*|x-goog-api-client|x-stainless-.*|x-initiator)$/;

/** Declares that byo changes nothing else. `ask` is that of `testRefusals`. */
export function testSameness(sdk, provider, { stage, ask }) {
  test(`${sdk}: the provider gets the same request on both ways`, async () => {
    const arrived = [];
    for (const way of WAYS) {
      await ask(stage().on(way, provider), { model: MODELS[provider], question: QUESTION });
      const { method, path, headers, body } = stage().upstream.requests(provider).at(-1);
      const passedOn = Object.entries(headers).filter(([name]) => PASSED_ON.test(name)).sort();
      arrived.push({ method, path, headers: passedOn, body });
    }
    const [straight, throughByo] = arrived;
    assert.ok(straight.headers.length > 2);
    assert.deepEqual(throughByo, straight);
  });
}
