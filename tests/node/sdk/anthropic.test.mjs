// npm @anthropic-ai/sdk: 0.x sends its key as `x-api-key`, 1.x as a bearer token.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as anthropic1 from '@anthropic-ai/sdk';
import * as anthropic0 from 'anthropic-0';
import { testDiscretion } from './support/discretion.mjs';
import { testRefusals } from './support/refusals.mjs';
import { testSameness } from './support/sameness.mjs';
import { setStage, WAYS } from './support/stage.mjs';
import { joined } from './support/stream.mjs';
import { ANSWER, MODELS, QUESTION, USAGE } from './support/upstream.mjs';

const MAX_TOKENS = 256;
const asked = (content, model = MODELS.anthropic) => ({ model, max_tokens: MAX_TOKENS, messages: [{ role: 'user', content }] });
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage.strike());

for (const [sdk, { Anthropic, ...errors }] of Object.entries({ 'anthropic 0': anthropic0, 'anthropic 1': anthropic1 })) {
  const clientAt = ({ root, key, headers }, options) =>
    new Anthropic({ baseURL: root, apiKey: key, defaultHeaders: headers, ...options });

  for (const way of WAYS) {
    const client = () => clientAt(stage.on(way, 'anthropic'));

    test(`${sdk}, ${way}: messages`, async () => {
      const { content, usage } = await client().messages.create(asked(QUESTION));
      assert.deepEqual(content.map(({ text }) => text), [ANSWER]);
      assert.equal(usage.output_tokens, USAGE.output);
      assert.match(stage.upstream.requests('anthropic').at(-1).headers['anthropic-version'], /^\d{4}-\d\d-\d\d$/);
    });

    test(`${sdk}, ${way}: messages, streaming`, async () => {
      const stream = await client().messages.create({ ...asked(QUESTION), stream: true });
      assert.equal(await joined(stream, (event) => event.delta?.text), ANSWER);
    });

    test(`${sdk}, ${way}: the stream helper puts the message together`, async () => {
      assert.equal(await client().messages.stream(asked(QUESTION)).finalText(), ANSWER);
    });

    test(`${sdk}, ${way}: a token as authToken`, async () => {
      const { root, key, headers } = stage.on(way, 'anthropic');
      const client = new Anthropic({ baseURL: root, authToken: key, apiKey: null, defaultHeaders: headers });
      assert.equal((await client.messages.create(asked(QUESTION))).content[0].text, ANSWER);
    });

    test(`${sdk}, ${way}: models`, async () => {
      const { data } = await client().models.list();
      assert.ok(data.length > 0);
    });
  }

  const calls = {
    stage: () => stage,
    ask: (place, { model, question, retries }) =>
      clientAt(place, retries === false ? { maxRetries: 0 } : {}).messages.create(asked(question, model)),
    raised: (error) => {
      const classes = { 401: errors.AuthenticationError, 403: errors.PermissionDeniedError, 429: errors.RateLimitError };
      assert.ok(error instanceof classes[error.status], error.stack);
      // Its own message is the whole body.
      return { status: error.status, message: error.error.error.message, header: (name) => error.headers.get(name) };
    },
  };
  testSameness(sdk, 'anthropic', calls);
  testRefusals(sdk, 'anthropic', calls);
}

testDiscretion(() => stage);
