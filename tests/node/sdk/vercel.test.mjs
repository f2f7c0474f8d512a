// npm ai with its own providers, which send what they like: a dummy credential here and there too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createAzure } from '@ai-sdk/azure';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { APICallError, embed, generateText, streamText } from 'ai';
import { testDiscretion } from './support/discretion.mjs';
import { testRefusals } from './support/refusals.mjs';
import { testSameness } from './support/sameness.mjs';
import { setStage, WAYS } from './support/stage.mjs';
import { joined } from './support/stream.mjs';
import { ANSWER, MODELS, QUESTION, USAGE } from './support/upstream.mjs';

const PROVIDERS = {
  openai: ({ root, key, headers }) => createOpenAI({ baseURL: `${root}/v1`, apiKey: key, headers }),
  // To a host that is not Azure's it sends `{baseURL}{path}`, so the version belongs in there.
  azure: ({ root, key, headers }) => createAzure({ baseURL: `${root}/openai/v1`, apiKey: key, headers }),
  anthropic: ({ root, key, headers }) => createAnthropic({ baseURL: `${root}/v1`, apiKey: key, headers }),
  google: ({ root, key, headers }) => createGoogle({ baseURL: `${root}/v1beta`, apiKey: key, headers }),
};
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage.strike());

for (const [provider, create] of Object.entries(PROVIDERS)) {
  const sdk = `ai, ${provider}`;
  const model = MODELS[provider];

  for (const way of WAYS) {
    const models = () => create(stage.on(way, provider));

    test(`${sdk}, ${way}: generateText`, async () => {
      const { text, usage } = await generateText({ model: models()(model), prompt: QUESTION });
      assert.equal(text, ANSWER);
      assert.equal(usage.outputTokens, USAGE.output);
    });

    test(`${sdk}, ${way}: streamText`, async () => {
      const { textStream } = streamText({ model: models()(model), prompt: QUESTION });
      assert.equal(await joined(textStream, (piece) => piece), ANSWER);
    });
  }

  const calls = {
    stage: () => stage,
    ask: (place, { model, question, retries }) =>
      generateText({ model: create(place)(model), prompt: question, ...(retries === false && { maxRetries: 0 }) }),
    // One class for all; whether to try again is its own judgement.
    raised: (error) => {
      assert.ok(APICallError.isInstance(error), error.stack);
      assert.equal(error.isRetryable, error.statusCode === 429);
      return { status: error.statusCode, message: error.message, header: (name) => error.responseHeaders[name] };
    },
  };
  testSameness(sdk, provider, calls);
  testRefusals(sdk, provider, calls);
}

for (const way of WAYS) {
  for (const provider of ['openai', 'azure']) {
    test(`ai, ${provider}, ${way}: chat completions instead of responses, both ways`, async () => {
      const model = PROVIDERS[provider](stage.on(way, provider)).chat(MODELS[provider]);
      assert.equal((await generateText({ model, prompt: QUESTION })).text, ANSWER);
      assert.equal(await joined(streamText({ model, prompt: QUESTION }).textStream, (piece) => piece), ANSWER);
    });
  }

  test(`ai, azure, ${way}: responses by default, and addresses by deployment`, async () => {
    const place = stage.on(way, 'azure');
    const path = () => stage.upstream.requests('azure').at(-1).path;
    await generateText({ model: PROVIDERS.azure(place)(MODELS.azure), prompt: QUESTION });
    assert.equal(path(), '/openai/v1/responses');

    const { root, key, headers } = place;
    const settings = { baseURL: `${root}/openai`, useDeploymentBasedUrls: true, apiVersion: '2024-10-21' };
    const model = createAzure({ ...settings, apiKey: key, headers }).chat(MODELS.azure);
    assert.equal((await generateText({ model, prompt: QUESTION })).text, ANSWER);
    assert.equal(path(), `/openai/deployments/${MODELS.azure}/chat/completions?api-version=2024-10-21`);
  });

  test(`ai, openai, ${way}: embed`, async () => {
    const model = PROVIDERS.openai(stage.on(way, 'openai')).embedding('text-embedding-3-small');
    assert.ok((await embed({ model, value: QUESTION })).embedding.length > 1);
  });
}

testDiscretion(() => stage);
