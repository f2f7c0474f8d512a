// The widget on pages with a strict Content-Security-Policy, and on ones that are too strict.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ISOLATED_POLICY, setFrameStage } from './support/frame.mjs';
import { STRICT_POLICY, WITHOUT_WASM } from './support/product.mjs';
import { captureMemories, eavesdrop } from './support/secret.mjs';
import { setStage } from './support/stage.mjs';

let stage;
let framed;

before(async () => {
  [stage, framed] = await Promise.all([setStage(), setFrameStage()]);
});
after(() => Promise.all([stage?.strike(), framed?.strike()]));

test('a strict policy with Trusted Types is kept to the letter, from the first paint to the last', async () => {
  const { page, widget, close } = await customer(STRICT_POLICY);
  await widget.connect('sk-byo-test-valid-1');
  await widget.part('replace').click();
  await widget.refused('sk-byo-test-rejected-2');
  await widget.part('cancel').click();
  const { event } = await widget.disconnect();
  assert.equal(event.name, 'disconnected');
  assert.deepEqual(await page.evaluate(() => violations), []);
  await close();
});

test('the policy of the suite is in force', async () => {
  const { page, close } = await customer(STRICT_POLICY);
  await page.evaluate(async () => {
    document.body.append(Object.assign(document.createElement('style'), { textContent: 'p {}' }));
    await fetch('https://elsewhere.example').catch(() => {});
    try {
      document.body.innerHTML = '<p>';
    } catch {}
  });
  const directives = (await page.evaluate(() => violations)).map((text) => text.split(' ')[0]);
  assert.deepEqual(new Set(directives), new Set(['style-src-elem', 'connect-src', 'require-trusted-types-for']));
  await close();
});

test("without 'wasm-unsafe-eval' WebCrypto seals, and no WebAssembly is created", async () => {
  const sealed = [];
  const prepare = async (page) => {
    await captureMemories(page);
    page.on('request', (request) => {
      if (request.url().includes('/v1/keys/connect')) sealed.push(request.postDataJSON().sealedKey);
    });
  };
  const { page, widget, close } = await customer(WITHOUT_WASM, { prepare });
  await widget.connect('sk-byo-test-valid-1');
  assert.equal(await page.evaluate(() => memories.size), 0);
  assert.deepEqual(sealed.map(({ suite }) => suite), ['x25519-hkdf-sha256-aes256gcm']);
  // Whether it is allowed is found out by asking, which the policy reports, and nothing else is wrong.
  const directives = (await page.evaluate(() => violations)).map((text) => text.split(' ')[0]);
  assert.deepEqual(new Set(directives), new Set(['script-src']));

  await widget.part('replace').click();
  await widget.refused('sk-byo-test-rejected-2');
  await widget.part('cancel').click();
  await close();
});

test('with neither the widget says what is missing and sends nothing', async () => {
  let ear;
  const prepare = async (page) => {
    ear = eavesdrop(page);
    await page.addInitScript(() => {
      const generateKey = SubtleCrypto.prototype.generateKey;
      SubtleCrypto.prototype.generateKey = function (algorithm, ...more) {
        if (algorithm === 'X25519') return Promise.reject(new DOMException('of yesterday', 'NotSupportedError'));
        return generateKey.call(this, algorithm, ...more);
      };
    });
  };
  const { widget, close } = await customer(WITHOUT_WASM, { prepare });
  await widget.type('sk-byo-test-valid-1');
  const { state } = await widget.press('submit');
  assert.equal(state, 'error');
  const failures = (await widget.events()).map(({ name, detail }) => [name, detail.code]);
  assert.ok(failures.some(([name, code]) => name === 'load-error' && code === 'csp_blocks_wasm'), JSON.stringify(failures));
  assert.ok(failures.every(([, code]) => code === 'csp_blocks_wasm'), JSON.stringify(failures));
  assert.match(await widget.alert(), /WebAssembly/);
  assert.deepEqual(ear.paths(stage.server.url).filter((path) => path.startsWith('/v1/')), []);
  await close();
});

/** What the documentation asks a page for that uses both kinds of field, on top of what pages of one's own files need. */
const DOCUMENTED =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' {byo}; connect-src 'self' {byo}; style-src 'self'; frame-src {byo}";

for (const [kind, policy] of [['that both kinds of field need', DOCUMENTED], ['that an isolated field alone needs', ISOLATED_POLICY]]) {
  test(`the policy ${kind} is kept by an isolated one, and so is the frame’s own`, async () => {
    const { page, widget, close } = await framed.customer({ policy });
    await widget.connect('sk-byo-test-valid-1');
    await widget.part('replace').click();
    await widget.refused('sk-byo-test-rejected-2');
    await widget.part('cancel').click();
    assert.equal((await widget.disconnect()).event.name, 'disconnected');
    assert.deepEqual(await page.evaluate(() => violations), []);
    assert.deepEqual(await (await widget.inside()).evaluate(() => violations), []);
    await close();
  });
}

test('the same policy serves the field in the page', async () => {
  const { page, widget, close } = await framed.customer({ inline: true, policy: DOCUMENTED });
  await widget.connect('sk-byo-test-valid-1');
  assert.deepEqual(await page.evaluate(() => violations), []);
  await close();
});

test('the frame’s policy is in force: no script, style, picture or address of anybody else’s', async () => {
  const { widget, close } = await framed.customer();
  await widget.ready();
  const frame = await widget.inside();
  const directives = await frame.evaluate(async () => {
    const said = () => new Promise((resolve) => {
      addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective), { once: true });
      setTimeout(resolve, 5_000, 'nothing');
    });
    const tried = [];
    for (const attempt of [
      () => document.body.append(Object.assign(document.createElement('style'), { textContent: 'p {}' })),
      () => void fetch('https://elsewhere.example').catch(() => {}),
      () => void (new Image().src = 'https://elsewhere.example/a.png'),
      () => document.body.append(document.createElement('iframe')) ?? (document.body.lastChild.src = 'https://elsewhere.example'),
      () => { try { document.body.innerHTML = '<p>'; } catch {} },
      () => { try { document.body.append(Object.assign(document.createElement('script'), { text: '1' })); } catch {} },
    ]) {
      const heard = said();
      attempt();
      tried.push(await heard);
    }
    return tried;
  });
  assert.deepEqual(directives, [
    'style-src-elem', 'connect-src', 'img-src', 'frame-src', 'require-trusted-types-for', 'require-trusted-types-for',
  ]);
  await close();
});

async function customer(policy, settings) {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  const attributes = { 'session-token': token, 'ref-id': refId, provider: 'openai' };
  return stage.visit(stage.product.page(attributes, { policy }), settings);
}
