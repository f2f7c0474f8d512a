// What the suites of official SDKs start from: byo, its upstream, a customer with a key for each provider, and the
// two ways on which an SDK can be sent.
import assert from 'node:assert/strict';
import { createProject } from '../../../browser/support/project.mjs';
import { startServer } from '../../../browser/support/server.mjs';
import { FORBIDDEN, KEYS, startUpstream } from './upstream.mjs';

/**
 * Every call is made on both. Straight to the stand-in with the provider key proves that the stand-in answers it;
 * through byo nothing changes but base URL, key and one header.
 */
export const WAYS = ['straight', 'through byo'];

// SDKs take keys, base URLs and organisations from their surroundings too.
for (const name of Object.keys(process.env)) {
  if (/^(OPENAI|AZURE|ANTHROPIC|GOOGLE|GEMINI|COPILOT)_/.test(name)) delete process.env[name];
}

/** Starts everything. `retryAfter` is what the provider says, in seconds, when it is asked too often. */
export async function setStage({ retryAfter } = {}) {
  const upstream = await startUpstream({ retryAfter });
  const server = await startServer({ env: upstream.env });
  const project = await createProject(server);
  const { live } = project;

  /** A customer with every provider's key connected. */
  let customers = 0;
  const customer = async () => {
    const refId = `customer_${(customers += 1)}`;
    for (const [provider, key] of Object.entries(KEYS)) await live.connect(refId, key, provider);
    return refId;
  };
  /** Where an SDK is sent: `{ root, key, headers }` of a provider. A root is what comes before `/v1`. */
  const through = (refId, token = live.secretKey) => (provider) => ({
    root: `${server.url}/v1/proxy/${provider}`,
    key: token,
    headers: { 'X-BYO-Ref-Id': refId },
  });
  const straight = (key) => (provider) => ({ root: upstream.root(provider), key: key ?? KEYS[provider], headers: {} });

  const ways = { straight: straight(), 'through byo': through(await customer()) };
  return {
    server,
    upstream,
    project,
    /** Where a provider is on one of `WAYS`. */
    on: (way, provider) => ways[way](provider),
    /** The same with a credential that nobody gave out. */
    strangerOn: (way, provider) =>
      (way === 'straight' ? straight('sk-of-somebody-else') : through('customer_1', misspelt(live.secretKey)))(provider),
    /** A customer whose keys are revoked. */
    async afterRevoke(provider) {
      const refId = await customer();
      const { status, body } = await live.call('POST', '/v1/keys/revoke', { provider, refId });
      assert.equal(status, 200, JSON.stringify(body));
      return through(refId)(provider);
    },
    /** A customer who may not use the `FORBIDDEN` models. */
    async withForbidden(provider) {
      const refId = await customer();
      const list = { mode: 'disabled', models: [`${provider}/${FORBIDDEN[provider]}`] };
      const { status, body } = await live.call('PUT', `/v1/customers/${refId}/models`, list);
      assert.equal(status, 200, JSON.stringify(body));
      return through(refId)(provider);
    },
    async strike() {
      await server.stop();
      await upstream.stop();
    },
  };
}

/** A token with one character changed, in the random part. */
function misspelt(token) {
  const at = token.length - 12;
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
}
