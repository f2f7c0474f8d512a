// The element as a field among a form's others: its entry is the stored key's id, and never the key.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setStage } from './support/stage.mjs';

const KEY = 'sk-byo-test-valid-1';
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

test('the form’s entry is the id of the stored key under the element’s name, once there is one', async () => {
  const { widget, entries, close } = await inForm({ name: 'key' });
  assert.deepEqual(await entries(), []);
  await widget.type(KEY);
  assert.deepEqual(await entries(), [], 'what is typed is no value');
  const { id } = await widget.connect('');
  assert.match(id, /^key_/);
  assert.deepEqual(await entries(), [['key', id]]);
  await widget.host.evaluate((element) => (element.name = 'openai-key'));
  assert.deepEqual(await entries(), [['openai-key', id]]);
  await widget.host.evaluate((element) => (element.name = null));
  assert.deepEqual(await entries(), [], 'without a name a field has no entry');
  await close();
});

test('a form that requires a key is sent with one, and not without', async () => {
  const { page, widget, sent, close } = await inForm({ name: 'key', required: '' });
  const submit = page.getByRole('button', { name: 'Save' });
  await submit.click();
  assert.deepEqual(await sent(), []);
  await widget.type(KEY);
  await submit.click();
  assert.deepEqual(await sent(), [], 'a key that is only typed is none');
  const { id } = await widget.connect('');
  await submit.click();
  assert.deepEqual(await sent(), [[['key', id]]]);

  await widget.disconnect();
  await submit.click();
  assert.deepEqual(await sent(), [[['key', id]]], 'nothing more was sent');
  await close();
});

test('Enter in the field connects the key and does not send the form', async () => {
  const { widget, sent, close } = await inForm({ name: 'key' });
  await widget.type(KEY);
  const { state } = await widget.outcome(() => widget.input.press('Enter'));
  assert.equal(state, 'connected');
  assert.deepEqual(await sent(), []);
  await close();
});

test('required holds until a key is connected, and says so at the field', async () => {
  const { page, widget, close } = await inForm({ name: 'key', required: '' });
  const validity = () => widget.host.evaluate((element) => [element.checkValidity(), element.validity.valueMissing, element.validationMessage !== '']);
  assert.deepEqual(await validity(), [false, true, true]);
  const reported = await widget.host.evaluate((element) => {
    let told = 0;
    element.addEventListener('invalid', () => (told += 1));
    return [element.reportValidity(), told];
  });
  assert.deepEqual(reported, [false, 1]);
  assert.equal(await page.evaluate(() => document.activeElement.shadowRoot.activeElement.id), 'key');

  await widget.host.evaluate((element) => (element.required = false));
  assert.deepEqual(await validity(), [true, false, false]);
  await widget.host.evaluate((element) => (element.required = true));
  assert.deepEqual(await validity(), [false, true, true]);
  await widget.connect(KEY);
  assert.deepEqual(await validity(), [true, false, false]);
  await widget.disconnect();
  assert.deepEqual(await validity(), [false, true, true]);
  await close();
});

test('an empty text for what is missing leaves it missing', async () => {
  const { page, widget, close } = await inForm({ name: 'key', required: '' });
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  const before = await widget.host.evaluate((element) => element.validationMessage);
  await widget.host.evaluate((element) => (element.messages = { required: '' }));
  await page.waitForFunction((before) => document.querySelector('byo-connect').validationMessage !== before, before);
  assert.equal(await widget.host.evaluate((element) => element.validity.valueMissing), true);
  assert.deepEqual(errors, []);
  await close();
});

test('a reset forgets what was typed and what was begun, and keeps what is connected', async () => {
  const { page, widget, entries, close } = await inForm({ name: 'key' });
  const reset = () => page.getByRole('button', { name: 'Undo' }).click();
  await widget.type(KEY);
  await reset();
  assert.equal(await widget.input.inputValue(), '');
  assert.equal(await widget.state(), 'idle');

  const { id } = await widget.connect(KEY);
  await widget.part('replace').click();
  await widget.type('sk-byo-test-valid-2');
  await reset();
  assert.equal(await widget.state(), 'connected');
  assert.deepEqual(await entries(), [['key', id]]);
  await widget.part('replace').click();
  assert.equal(await widget.input.inputValue(), '');
  await close();
});

test('a disabled fieldset disables the element with all that it has, until it is enabled again', async () => {
  const { page, widget, entries, close } = await inForm({ name: 'key', required: '' });
  const disable = (disabled) => page.locator('fieldset').evaluate((set, disabled) => (set.disabled = disabled), disabled);
  await disable(true);
  await page.waitForFunction(() => document.querySelector('byo-connect').shadowRoot.getElementById('key').disabled);
  assert.equal(await widget.part('submit').isDisabled(), true);
  assert.equal(await widget.host.evaluate((element) => element.checkValidity()), true, 'a disabled field need not be filled in');
  assert.equal(await widget.host.evaluate((element) => element.connect().catch(({ code }) => code)), 'disabled');

  await disable(false);
  const { id } = await widget.connect(KEY);
  assert.deepEqual(await entries(), [['key', id]]);
  await disable(true);
  assert.deepEqual(await entries(), [], 'as of any disabled field');
  await page.waitForFunction(() => document.querySelector('byo-connect').shadowRoot.querySelector('[part=disconnect]').disabled);
  await close();
});

test('two elements in one form have an entry each', async () => {
  const { page, widget, refId, entries, close } = await inForm({ name: 'first', required: '' });
  const { id } = await widget.connect(KEY);
  const other = await stage.project.test.connect(refId, 'sk-byo-test-valid-3', 'anthropic');
  await widget.host.evaluate((element) => {
    const second = element.cloneNode();
    second.name = 'second';
    second.provider = 'anthropic';
    element.after(second);
  });
  await page.locator('byo-connect[name="second"][data-state="connected"]').waitFor();
  assert.deepEqual(await entries(), [['first', id], ['second', other.id]]);
  assert.equal(await page.evaluate(() => document.querySelector('form').checkValidity()), true);
  await close();
});

/** Somebody new, for whom the element stands in a form: `entries()` is what it would send, `sent()` what it has sent. */
async function inForm(attributes) {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  const visit = await stage.visit(stage.product.page({ 'session-token': token, provider: 'openai', ...attributes }));
  const { page, widget } = visit;
  await widget.ready();
  await widget.host.evaluate((element) => {
    const button = (type, text) => Object.assign(document.createElement('button'), { type, textContent: text });
    const [form, fieldset] = ['form', 'fieldset'].map((name) => document.createElement(name));
    globalThis.sent = [];
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      globalThis.sent.push([...new FormData(form)]);
    });
    element.before(form);
    fieldset.append(element);
    form.append(fieldset, button('submit', 'Save'), button('reset', 'Undo'));
  });
  return {
    ...visit,
    refId,
    entries: () => page.evaluate(() => [...new FormData(document.querySelector('form'))]),
    sent: () => page.evaluate(() => globalThis.sent),
  };
}
