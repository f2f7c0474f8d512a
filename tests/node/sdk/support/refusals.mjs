// The four refusals that every SDK must raise as its own exceptions.
import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { test } from 'node:test';
import { FORBIDDEN, MODELS, QUESTION, RATE_LIMIT, TOO_OFTEN } from './upstream.mjs';
import { WAYS } from './stage.mjs';

/**
 * Declares the tests of one SDK. `ask(place, { model, question })` makes one call with the SDK's own number of
 * retries, or with none for `retries: false`; `raised(error)` sees that the class is the one for the status and gives
 * `{ status, message, header(name) }`, without `header` where an SDK keeps none.
 */
export function testRefusals(sdk, provider, { stage, ask, raised }) {
  const refused = async (place, question) => {
    let error;
    const { origin } = new URL(place.root);
    const requests = await counted(origin, async () => {
      error = await ask(place, { model: MODELS[provider], question: QUESTION, ...question }).then(
        (answer) => assert.fail(`it was answered: ${JSON.stringify(answer)}`),
        (error) => error,
      );
    });
    return { requests, ...raised(error) };
  };

  for (const way of WAYS) {
    test(`${sdk}, ${way}: a wrong token is an authentication error`, async () => {
      const { status, message, requests } = await refused(stage().strangerOn(way, provider));
      assert.equal(status, 401);
      // The stand-in refuses in OpenAI's shape, whoever asks.
      if (way !== 'straight') assertReadable(message);
      assert.equal(requests, 1);
    });

    test(`${sdk}, ${way}: a rate limit of the provider is a rate limit error that says when to come again`, async () => {
      const call = { question: TOO_OFTEN, retries: false };
      const { status, message, header } = await refused(stage().on(way, provider), call);
      assert.equal(status, 429);
      assert.ok(message.includes(RATE_LIMIT.message), message);
      if (header) assert.equal(header('retry-after'), String(RATE_LIMIT.retryAfter));
    });
  }

  test(`${sdk}, through byo: a revoked key is refused for good, with one request`, async () => {
    const refusal = await refused(await stage().afterRevoke(provider));
    assertForGood(refusal);
    assert.match(refusal.message, /key/i);
  });

  test(`${sdk}, through byo: a forbidden model is refused for good, with one request`, async () => {
    const place = await stage().withForbidden(provider);
    const refusal = await refused(place, { model: FORBIDDEN[provider] });
    assertForGood(refusal);
    assert.match(refusal.message, /model/i);
  });
}

function assertForGood({ status, message, header, requests }) {
  assert.equal(status, 403);
  assertReadable(message);
  assert.equal(requests, 1);
  if (header) assert.equal(header('x-should-retry'), 'false');
}

/** Words for people, and not what SDKs make up when they find none, such as the body. */
function assertReadable(message) {
  assert.match(message, /\p{L}{3,} \p{L}{2,}/u);
  assert.doesNotMatch(message, /no body|[[{}\]]|undefined|status code|^Unknown/);
}

/** How many requests `work` sends to an origin by this process's `fetch`, which all of these SDKs use. */
async function counted(origin, work) {
  const requests = channel('undici:request:create');
  let count = 0;
  const see = ({ request }) => {
    if (request.origin === origin) count += 1;
  };
  requests.subscribe(see);
  try {
    await work();
  } finally {
    requests.unsubscribe(see);
  }
  return count;
}
