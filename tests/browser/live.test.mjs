// The live environment through a browser, against a provider over HTTP that knows some keys and refuses all others.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startAimock } from './support/aimock.mjs';
import { found } from './support/secret.mjs';
import { setStage } from './support/stage.mjs';

const KEYS = {
  openai: ['sk-proj-4Yd0Q7cW2mZr8Tn1', 'sk-proj-9Ks3Lp6Xv5Bf0Hj2'],
  anthropic: ['sk-ant-api03-8Gt5Rw2Ny7Mq4', 'sk-ant-api03-1Dz6Uc9Pk3Jb0'],
  google: ['AIzaSyB3x7Kq9Lm2Vt5Nw8Rd1', 'AIzaSyF6h0Gj4Cs8Yp2Tz5Qe9'],
};
const WRONG = 'sk-nobody-knows-this-one';
let aimock, stage;

before(async () => {
  aimock = await startAimock({ keys: Object.values(KEYS).flat() });
  stage = await setStage({ env: aimock.env });
});
after(async () => {
  await stage?.strike();
  await aimock?.stop();
});

for (const [provider, [right, next]] of Object.entries(KEYS)) {
  test(`${provider}: the right key connects, and its provider was asked`, async () => {
    const { refId, widget, close } = await customer(provider);
    const connected = await widget.connect(right);
    assert.equal(connected.verdict, 'valid');
    assert.ok(connected.models.length > 0, 'the provider listed its models');

    const [stored, ...others] = await stage.project.live.keys(`?refId=${refId}`);
    assert.deepEqual(others, []);
    assert.equal(stored.id, connected.id);
    assert.equal(stored.status, 'active');
    assert.equal(stored.hint, right.slice(-4));
    assert.deepEqual(found(right, JSON.stringify(stored)), []);
    await close();
  });

  test(`${provider}: a wrong key is refused in words and nothing is stored`, async () => {
    const { refId, widget, close } = await customer(provider);
    const { error, alert } = await widget.refused(WRONG);
    assert.equal(error.code, 'key_rejected');
    assert.equal(error.status, 422);
    assert.equal(error.verdict, 'rejected');
    assert.match(alert, /does not (know|accept) this key/);
    assert.deepEqual(found(WRONG, alert + JSON.stringify(error)), []);
    assert.deepEqual(await stage.project.live.keys(`?refId=${refId}`), []);
    await close();
  });

  test(`${provider}: a wrong key never replaces a working one, a right one does`, async () => {
    const { refId, widget, close } = await customer(provider);
    const first = await widget.connect(right);
    const before = await stage.project.live.keys(`?refId=${refId}`);

    await widget.part('replace').click();
    const { error } = await widget.refused(WRONG);
    assert.equal(error.code, 'key_rejected');
    assert.deepEqual(await stage.project.live.keys(`?refId=${refId}`), before);

    const second = await widget.connect(next);
    assert.notEqual(second.fingerprint, first.fingerprint);
    const [replaced] = await stage.project.live.keys(`?refId=${refId}`);
    assert.equal(replaced.hint, next.slice(-4));
    await close();
  });
}

test('a provider that does not answer says nothing about the key, and nothing is stored', async () => {
  const dead = await setStage({ env: { BYO_PROVIDERS__OPENAI__BASE_URL: 'http://127.0.0.1:9/v1' } });
  const refId = dead.customer();
  const { token } = await dead.project.live.session(refId);
  const { widget, close } = await dead.visit(dead.product.page({ 'session-token': token, 'ref-id': refId, provider: 'openai' }));
  const { error } = await widget.refused(KEYS.openai[0]);
  assert.equal(error.code, 'provider_unreachable');
  assert.deepEqual(await dead.project.live.keys(), []);
  await close();
  await dead.strike();
});

test('a bare publishable key writes nothing live', async () => {
  const refId = stage.customer();
  const attributes = { 'publishable-key': stage.project.live.publishableKey, 'ref-id': refId, provider: 'openai' };
  const { widget, close } = await stage.visit(stage.product.page(attributes));
  const { error } = await widget.refused(KEYS.openai[0]);
  assert.equal(error.code, 'forbidden');
  assert.deepEqual(await stage.project.live.keys(`?refId=${refId}`), []);
  await close();
});

/** Somebody new on the product's settings page, with a session of their own. */
async function customer(provider) {
  const refId = stage.customer();
  const { token } = await stage.project.live.session(refId);
  const page = stage.product.page({ 'session-token': token, 'ref-id': refId, provider });
  return { refId, ...(await stage.visit(page)) };
}
