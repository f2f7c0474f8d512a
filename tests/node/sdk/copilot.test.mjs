// npm @github/copilot-sdk with a provider of one's own. Its runtime is a program of its own, comes with the package,
// needs no GitHub account for this and reaches nothing but that provider.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CopilotClient } from '@github/copilot-sdk';
import { testDiscretion } from './support/discretion.mjs';
import { setStage, WAYS } from './support/stage.mjs';
import { ANSWER, FORBIDDEN, MODELS, QUESTION, RATE_LIMIT, TOO_OFTEN } from './support/upstream.mjs';

/** A session's `provider` for each way in which one can be named. */
const CONNECTIONS = {
  'chat completions': ['openai', ({ root, key }) => ({ type: 'openai', baseUrl: `${root}/v1`, apiKey: key })],
  responses: ['openai', ({ root, key }) => ({ type: 'openai', wireApi: 'responses', baseUrl: `${root}/v1`, apiKey: key })],
  'a bearer token': ['openai', ({ root, key }) => ({ type: 'openai', baseUrl: `${root}/v1`, bearerToken: key })],
  anthropic: ['anthropic', ({ root, key }) => ({ type: 'anthropic', baseUrl: root, apiKey: key })],
  azure: ['azure', ({ root, key }) => ({ type: 'azure', baseUrl: root, apiKey: key })],
  'azure with an API version': [
    'azure',
    ({ root, key }) => ({ type: 'azure', baseUrl: root, apiKey: key, azure: { apiVersion: '2024-10-21' } }),
  ],
};
/** It tries again up to five times, after as long as the provider says. */
const RETRY_AFTER = 1;
let stage, home, client;

before(async () => {
  stage = await setStage({ retryAfter: RETRY_AFTER });
  home = await mkdtemp(join(tmpdir(), 'byo-copilot-'));
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: home };
  client = new CopilotClient({ mode: 'empty', useLoggedInUser: false, baseDirectory: home, workingDirectory: home, env });
  await client.start();
});
after(async () => {
  await client.stop();
  await rm(home, { recursive: true, force: true });
  await stage.strike();
});

for (const way of WAYS) {
  for (const [connection, [provider, config]] of Object.entries(CONNECTIONS)) {
    for (const streaming of [false, true]) {
      test(`copilot, ${way}: ${connection}${streaming ? ', streaming' : ''}`, async () => {
        const { answer, pieces } = await ask(config, stage.on(way, provider), MODELS[provider], QUESTION, streaming);
        assert.equal(answer.data.content, ANSWER);
        if (streaming) assert.ok(pieces.length > 1, JSON.stringify(pieces));
      });
    }
  }
}

// At the same time, because it waits a second or more before it tries again.
describe('copilot, refused', { concurrency: true }, () => {
  for (const provider of ['openai', 'anthropic', 'azure']) {
    const [, config] = CONNECTIONS[provider === 'openai' ? 'chat completions' : provider];
    const refused = (place, model = MODELS[provider], question = QUESTION) => ask(config, place, model, question);

    for (const way of WAYS) {
      test(`${provider}, ${way}: a wrong token is an authentication error`, async () => {
        const { error, failure } = await refused(stage.strangerOn(way, provider));
        assert.deepEqual([failure.statusCode, failure.errorType], [401, 'authentication']);
        assert.match(error.message, /Authentication failed/);
      });

      test(`${provider}, ${way}: a rate limit of the provider is one`, async () => {
        const { error, failure, attempts } = await refused(stage.on(way, provider), MODELS[provider], TOO_OFTEN);
        assert.deepEqual([failure.statusCode, failure.errorType], [429, 'rate_limit']);
        assert.ok(error.message.includes(RATE_LIMIT.message), error.message);
        assert.ok(attempts.length > 1, 'it has another go');
      });
    }

    // Its error speaks of authentication whatever a 403 says; what was said stands in the event of the attempt.
    test(`${provider}, through byo: a revoked key is refused for good, with one request`, async () => {
      const { failure, attempts } = await refused(await stage.afterRevoke(provider));
      assert.equal(failure.statusCode, 403);
      assert.deepEqual(attempts.map(({ errorMessage }) => /"[^"]*\bkey [^"]*"/i.test(errorMessage)), [true]);
    });

    test(`${provider}, through byo: a forbidden model is refused for good, with one request`, async () => {
      const { failure, attempts } = await refused(await stage.withForbidden(provider), FORBIDDEN[provider]);
      assert.equal(failure.statusCode, 403);
      assert.deepEqual(attempts.map(({ errorMessage }) => /"[^"]*\bmodel [^"]*"/i.test(errorMessage)), [true]);
    });
  }
});

testDiscretion(() => stage);

/** Puts a question in a new session: `{ answer, pieces }`, or `{ error, failure, attempts }` with what it says of them. */
async function ask(config, place, model, prompt, streaming = false) {
  const provider = { ...config(place), headers: place.headers };
  const session = await client.createSession({ model, provider, streaming, availableTools: [] });
  const pieces = [];
  const attempts = [];
  let failure;
  session.on('assistant.message_delta', ({ data }) => pieces.push(data.deltaContent));
  session.on('model.call_failure', ({ data }) => attempts.push(data));
  session.on('session.error', ({ data }) => {
    failure = data;
  });
  try {
    return { answer: await session.sendAndWait({ prompt }), pieces };
  } catch (error) {
    assert.ok(failure, error.stack);
    return { error, failure, attempts };
  } finally {
    await session.disconnect();
  }
}
