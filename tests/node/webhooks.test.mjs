// Real deliveries at a receiver of our own: their signatures, and that none is lost with the process.
import assert from 'node:assert/strict';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { createProject } from '../browser/support/project.mjs';
import { freePort, startServer } from '../browser/support/server.mjs';
import { startReceiver } from './support/receiver.mjs';

// A short time-out, so that a delivery which died with its process is soon tried again.
const SETTINGS = { BYO_EGRESS__ALLOW: '127.0.0.1/32', BYO_WEBHOOKS__TIMEOUT: '1s' };
let server;

before(async () => {
  server = await startServer({ env: SETTINGS });
});
after(() => server?.stop());

test('both signatures of a delivery verify, over its raw bytes and with the right secret only', async () => {
  const receiver = await startReceiver();
  const { test: environment } = await createProject(server);
  const secret = await endpoint(environment, receiver.url);
  const key = await environment.connect('customer_1', 'sk-byo-test-valid-1');
  const { headers, body } = await receiver.next();

  const event = JSON.parse(body);
  assert.equal(event.type, 'key.connected');
  assert.equal(event.environment, 'test');
  assert.equal(event.data.keyId, key.id);
  assert.equal(event.data.fingerprint, key.fingerprint);
  assert.equal(event.data.refId, 'customer_1');
  assert.ok(!body.includes('sk-byo-test'), 'no part of the key is told');

  assert.ok(isSigned(secret, headers, body));
  assert.deepEqual(new Webhook(secret).verify(body.toString(), headers), event);
  assert.equal(headers['webhook-id'], event.id);

  const forged = Buffer.from(body.toString().replace('customer_1', 'customer_2'));
  const other = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  for (const [name, given, bytes] of [['another body', secret, forged], ['another secret', other, body]]) {
    assert.equal(isSigned(given, headers, bytes), false, name);
    assert.throws(() => new Webhook(given).verify(bytes.toString(), headers), WebhookVerificationError, name);
  }
  await receiver.stop();
});

test('each change of a key is told, in order, under an id of its own', async () => {
  const receiver = await startReceiver();
  const { test: environment } = await createProject(server);
  const secret = await endpoint(environment, receiver.url);
  const target = { provider: 'openai', refId: 'customer_1' };
  const changes = [
    ['connect', { providerKey: 'sk-byo-test-valid-1' }, 200, 'key.connected'],
    ['rotate', { providerKey: 'sk-byo-test-valid-2' }, 200, 'key.rotated'],
    ['rotate', { providerKey: 'sk-byo-test-rejected-3' }, 422, 'key.validation_failed'],
    ['disable', {}, 200, 'key.disabled'],
    ['enable', {}, 200, 'key.enabled'],
    ['revoke', {}, 200, 'key.revoked'],
  ];
  const ids = new Set();
  for (const [call, more, status, type] of changes) {
    const answer = await environment.call('POST', `/v1/keys/${call}`, { ...target, ...more });
    assert.equal(answer.status, status, `${call}: ${JSON.stringify(answer.body)}`);
    const { headers, body } = await receiver.next();
    const event = new Webhook(secret).verify(body.toString(), headers);
    assert.equal(event.type, type);
    ids.add(event.id);
  }
  assert.equal(ids.size, changes.length);
  await receiver.stop();
});

test('an event whose receiver was down outlives the process and arrives under the same id', async () => {
  const port = await freePort();
  const { test: environment } = await createProject(server);
  const secret = await endpoint(environment, `http://127.0.0.1:${port}/webhooks/byo`);
  const key = await environment.connect('customer_1', 'sk-byo-test-valid-1');
  const [, id] = await server.line(/webhook attempt event=(evt_\w+) .* outcome="unreachable"/);

  await server.kill();
  await server.startAgain();
  const receiver = await startReceiver({ port });
  const { headers, body } = await receiver.next();
  assert.equal(headers['webhook-id'], id);
  assert.equal(new Webhook(secret).verify(body.toString(), headers).data.keyId, key.id);
  assert.ok(isSigned(secret, headers, body));
  await receiver.stop();
});

test('a delivery that was under way when the process died is made again', async () => {
  const receiver = await startReceiver({ hold: true });
  const { test: environment } = await createProject(server);
  const secret = await endpoint(environment, receiver.url);
  await environment.connect('customer_1', 'sk-byo-test-valid-1');
  const cut = await receiver.next();

  await server.kill();
  await server.startAgain();
  const whole = await receiver.next();
  whole.response.writeHead(204).end();
  assert.equal(whole.headers['webhook-id'], cut.headers['webhook-id']);
  assert.deepEqual(whole.body, cut.body);
  assert.ok(isSigned(secret, whole.headers, whole.body));
  await receiver.stop();
});

async function endpoint(environment, url) {
  const { status, body } = await environment.call('POST', '/v1/webhook-endpoints', { url });
  assert.equal(status, 201, JSON.stringify(body));
  return body.secret;
}

/** As a product does it: HMAC-SHA256 of the raw body under the whole secret, compared in constant time. */
function isSigned(secret, headers, body) {
  const expected = createHmac('sha256', secret).update(body).digest();
  const given = Buffer.from(headers['x-byo-signature'] ?? '', 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
