// npm @google/genai: 2.x asks for v1beta, 3.x for v1.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as genai3 from '@google/genai';
import * as genai2 from 'genai-2';
import { testDiscretion } from './support/discretion.mjs';
import { testRefusals } from './support/refusals.mjs';
import { testSameness } from './support/sameness.mjs';
import { setStage, WAYS } from './support/stage.mjs';
import { joined } from './support/stream.mjs';
import { ANSWER, MODELS, QUESTION, USAGE } from './support/upstream.mjs';

const model = MODELS.google;
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage.strike());

for (const [sdk, { GoogleGenAI, ApiError }] of Object.entries({ 'genai 2': genai2, 'genai 3': genai3 })) {
  const clientAt = ({ root, key, headers }) => new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: root, headers } });

  for (const way of WAYS) {
    const client = () => clientAt(stage.on(way, 'google'));

    test(`${sdk}, ${way}: generateContent`, async () => {
      const { text, usageMetadata } = await client().models.generateContent({ model, contents: QUESTION });
      assert.equal(text, ANSWER);
      assert.equal(usageMetadata.totalTokenCount, USAGE.input + USAGE.output);
    });

    test(`${sdk}, ${way}: generateContentStream`, async () => {
      const stream = await client().models.generateContentStream({ model, contents: QUESTION });
      assert.equal(await joined(stream, ({ text }) => text), ANSWER);
    });

    test(`${sdk}, ${way}: models`, async () => {
      const names = [];
      for await (const { name } of await client().models.list()) names.push(name);
      assert.ok(names.includes(`models/${model}`), names);
    });
  }

  test(`${sdk}, through byo: a token as bearer beside a dummy key`, async () => {
    const { root, key, headers } = stage.on('through byo', 'google');
    const client = clientAt({ root, key: 'unused', headers: { ...headers, Authorization: `Bearer ${key}` } });
    assert.equal((await client.models.generateContent({ model, contents: QUESTION })).text, ANSWER);
  });

  const calls = {
    stage: () => stage,
    ask: (place, { model, question }) => clientAt(place).models.generateContent({ model, contents: question }),
    // One class for all. It keeps no headers, and its message is the whole body.
    raised: (error) => {
      assert.ok(error instanceof ApiError, error.stack);
      return { status: error.status, message: JSON.parse(error.message).error.message };
    },
  };
  testSameness(sdk, 'google', calls);
  testRefusals(sdk, 'google', calls);
}

testDiscretion(() => stage);
