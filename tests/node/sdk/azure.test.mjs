// AzureOpenAI of npm openai: the deployment stands in the path, the key in a header of its own.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as openai6 from 'openai-6';
import * as openai7 from 'openai';
import { testDiscretion } from './support/discretion.mjs';
import { testRefusals } from './support/refusals.mjs';
import { testSameness } from './support/sameness.mjs';
import { setStage, WAYS } from './support/stage.mjs';
import { joined } from './support/stream.mjs';
import { ANSWER, MODELS, QUESTION } from './support/upstream.mjs';

const model = MODELS.azure;
const messages = [{ role: 'user', content: QUESTION }];
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage.strike());

for (const [sdk, { AzureOpenAI, ...errors }] of Object.entries({ 'AzureOpenAI 6': openai6, 'AzureOpenAI 7': openai7 })) {
  const clientAt = ({ root, key, headers }, options) =>
    new AzureOpenAI({ endpoint: root, apiKey: key, apiVersion: '2024-10-21', defaultHeaders: headers, ...options });

  for (const way of WAYS) {
    const client = () => clientAt(stage.on(way, 'azure'));

    test(`${sdk}, ${way}: chat completions, and the deployment and API version arrive`, async () => {
      const { choices } = await client().chat.completions.create({ model, messages });
      assert.equal(choices[0].message.content, ANSWER);
      const { path } = stage.upstream.requests('azure').at(-1);
      assert.equal(path, `/openai/deployments/${model}/chat/completions?api-version=2024-10-21`);
    });

    test(`${sdk}, ${way}: chat completions, streaming`, async () => {
      const stream = await client().chat.completions.create({ model, messages, stream: true });
      assert.equal(await joined(stream, ({ choices }) => choices[0]?.delta.content), ANSWER);
    });

    test(`${sdk}, ${way}: a token from a function, as for Entra`, async () => {
      const { root, key, headers } = stage.on(way, 'azure');
      const clientOf = { endpoint: root, apiVersion: '2024-10-21', azureADTokenProvider: async () => key };
      const client = new AzureOpenAI({ ...clientOf, defaultHeaders: headers });
      assert.equal((await client.chat.completions.create({ model, messages })).choices[0].message.content, ANSWER);
    });

    test(`${sdk}, ${way}: embeddings`, async () => {
      const { data } = await client().embeddings.create({ model: 'text-embedding-3-small', input: QUESTION });
      assert.ok(data[0].embedding.length > 1);
    });
  }

  test(`${sdk}, through byo: a token as bearer beside a dummy key`, async () => {
    const { root, key, headers } = stage.on('through byo', 'azure');
    const client = clientAt({ root, key: 'unused', headers: { ...headers, Authorization: `Bearer ${key}` } });
    assert.equal((await client.chat.completions.create({ model, messages })).choices[0].message.content, ANSWER);
  });

  const calls = {
    stage: () => stage,
    ask: (place, { model, question, retries }) =>
      clientAt(place, retries === false ? { maxRetries: 0 } : {}).chat.completions.create({
        model,
        messages: [{ role: 'user', content: question }],
      }),
    raised: (error) => {
      const classes = { 401: errors.AuthenticationError, 403: errors.PermissionDeniedError, 429: errors.RateLimitError };
      assert.ok(error instanceof classes[error.status], error.stack);
      assert.notEqual(error.type, 'invalid_request_error', 'that is what a 400 is');
      return { status: error.status, message: error.message, header: (name) => error.headers.get(name) };
    },
  };
  testSameness(sdk, 'azure', calls);
  testRefusals(sdk, 'azure', calls);
}

testDiscretion(() => stage);
