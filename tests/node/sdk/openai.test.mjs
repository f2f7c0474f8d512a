// npm openai, in its two current majors.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as openai6 from 'openai-6';
import * as openai7 from 'openai';
import { testDiscretion } from './support/discretion.mjs';
import { testRefusals } from './support/refusals.mjs';
import { testSameness } from './support/sameness.mjs';
import { setStage, WAYS } from './support/stage.mjs';
import { joined } from './support/stream.mjs';
import { ANSWER, MODELS, QUESTION, USAGE } from './support/upstream.mjs';

const model = MODELS.openai;
const messages = [{ role: 'user', content: QUESTION }];
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage.strike());

for (const [sdk, { OpenAI, ...errors }] of Object.entries({ 'openai 6': openai6, 'openai 7': openai7 })) {
  const clientAt = ({ root, key, headers }, options) =>
    new OpenAI({ baseURL: `${root}/v1`, apiKey: key, defaultHeaders: headers, ...options });

  for (const way of WAYS) {
    const client = () => clientAt(stage.on(way, 'openai'));

    test(`${sdk}, ${way}: chat completions`, async () => {
      const { choices, usage } = await client().chat.completions.create({ model, messages });
      assert.equal(choices[0].message.content, ANSWER);
      assert.equal(usage.total_tokens, USAGE.input + USAGE.output);
    });

    test(`${sdk}, ${way}: chat completions, streaming`, async () => {
      const stream = await client().chat.completions.create({ model, messages, stream: true });
      assert.equal(await joined(stream, ({ choices }) => choices[0]?.delta.content), ANSWER);
    });

    test(`${sdk}, ${way}: responses`, async () => {
      assert.equal((await client().responses.create({ model, input: QUESTION })).output_text, ANSWER);
    });

    test(`${sdk}, ${way}: responses, streaming`, async () => {
      const stream = await client().responses.create({ model, input: QUESTION, stream: true });
      const delta = (event) => (event.type === 'response.output_text.delta' ? event.delta : undefined);
      assert.equal(await joined(stream, delta), ANSWER);
    });

    test(`${sdk}, ${way}: embeddings`, async () => {
      const { data } = await client().embeddings.create({ model: 'text-embedding-3-small', input: QUESTION });
      assert.ok(data[0].embedding.length > 1);
    });

    test(`${sdk}, ${way}: models`, async () => {
      const { data } = await client().models.list();
      assert.ok(data.some(({ id }) => /^gpt-/.test(id)));
    });
  }

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
  testSameness(sdk, 'openai', calls);
  testRefusals(sdk, 'openai', calls);
}

testDiscretion(() => stage);
