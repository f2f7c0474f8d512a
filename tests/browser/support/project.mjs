// A project of the running server, as its operator and its backend see it.
import assert from 'node:assert/strict';

/**
 * Makes a project whose pages stand at `origins`, in both environments; from everywhere when left out. Its test environment
 * has these `settings`, and `productKey` for who brings no OpenAI key of their own.
 */
export async function createProject(server, { name = 'Tideline', origins, settings, productKey } = {}) {
  const admin = { 'x-admin-key': server.adminKey };
  const made = await server.call('POST', '/v1/admin/projects', { headers: admin, body: { name } });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { id, environments } = made.body;
  const change = async (method, path, body) => {
    const changed = await server.call(method, `/v1/admin/projects/${id}/environments/${path}`, { headers: admin, body });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
  };
  for (const environment of origins ? ['test', 'live'] : []) await change('PATCH', environment, { allowedOrigins: origins });
  if (settings) await change('PATCH', 'test', settings);
  if (productKey) await change('PUT', 'test/platform-keys/openai', { providerKey: productKey });
  return { id, test: new Environment(server, environments.test), live: new Environment(server, environments.live) };
}

/** One half of a project, through its secret key. */
class Environment {
  #server;

  constructor(server, { publishableKey, secretKey }) {
    this.#server = server;
    this.publishableKey = publishableKey;
    this.secretKey = secretKey;
  }

  /** Any call, with the secret key. */
  call(method, path, body) {
    return this.#server.call(method, path, { token: this.secretKey, body });
  }

  /** Everything that is known of the stored keys. */
  async keys(query = '') {
    const { status, body } = await this.call('GET', `/v1/keys${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body.data;
  }

  /** A connect session for one customer: `{ token, expiresAt, url }`. */
  async session(refId, wishes = {}) {
    const { status, body } = await this.call('POST', '/v1/connect-sessions', { refId, ...wishes });
    assert.equal(status, 201, JSON.stringify(body));
    return body;
  }

  /** Connects a key from the backend, in the clear. */
  async connect(refId, providerKey, provider = 'openai') {
    const { status, body } = await this.call('POST', '/v1/keys/connect', { provider, refId, providerKey });
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  }
}
