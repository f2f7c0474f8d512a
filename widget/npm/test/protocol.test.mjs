// What passes between shell and panel where a MessagePort carries it, and what does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { source } from './source.mjs';

const { plain, readFromPanel, readToPanel } = await source('protocol-reader.ts');

const CONFIG = {
  token: 'byo_pk_test_a', baseURL: 'https://byo.example', trustRoot: null, refId: 'customer_1', keyName: null, provider: 'openai',
  providers: null, label: null, autofill: null, disabled: false, hideBadge: false, locale: 'en',
};
const ERROR = { type: 'network', code: 'network_error', message: 'The server could not be reached.' };
const TO = [
  { t: 'init', v: 1, config: CONFIG },
  { t: 'init', v: 1, config: { ...CONFIG, theme: 'dark', direction: 'rtl', messages: { connect: 'Link' }, appearance: { '--byo-accent': 'rgb(1 2 3)' }, languages: { fr: { connect: 'Relier' } }, providerConfig: { azure: { apiVersion: 'v1' } } } },
  { t: 'update', config: { disabled: true } },
  { t: 'act', id: 1, action: 'connect' },
  { t: 'focus' },
  { t: 'clear' },
  { t: 'reset' },
];
const FROM = [
  { t: 'ready', v: 1 },
  { t: 'resize', height: 220 },
  { t: 'project', name: 'Tideline' },
  { t: 'state', state: 'connected' },
  { t: 'change', empty: false, complete: true, looksLike: undefined },
  { t: 'escape' },
  { t: 'told', event: 'connected', detail: { id: 'key_1' } },
  { t: 'value', id: null, missing: 'Connect your key first.' },
  { t: 'done', id: 1, value: undefined },
  { t: 'done', id: 2, error: ERROR },
];

test('every message of the protocol is read, also after it was cloned', () => {
  for (const message of TO) assert.deepEqual(readToPanel(structuredClone(message)), message);
  for (const message of FROM) assert.deepEqual(readFromPanel(structuredClone(message)), message);
});

test('a message of the other direction is none', () => {
  for (const message of TO.filter(({ t }) => t !== 'focus')) assert.equal(readFromPanel(message), undefined, message.t);
  for (const message of FROM) assert.equal(readToPanel(message), undefined, message.t);
});

test('what is no message is dropped', () => {
  for (const data of [undefined, null, 1, 'init', [], [{ t: 'clear' }], {}, { t: 1 }, { t: 'other' }, { t: 'toString' }, { t: '__proto__' }, { t: ['clear'] }]) {
    assert.equal(readToPanel(data), undefined);
    assert.equal(readFromPanel(data), undefined);
  }
});

test('a member too many, of another type, too long or out of bounds makes it none', () => {
  const to = [
    { t: 'clear', key: 'sk-1' },
    { t: 'act', id: '1', action: 'connect' },
    { t: 'act', id: 1, action: 'read' },
    { t: 'act', id: -1, action: 'connect' },
    { t: 'update', config: { token: 'x'.repeat(201) } },
    { t: 'update', config: { label: 'x'.repeat(201) } },
    { t: 'update', config: { refId: 'x'.repeat(2001) } },
    { t: 'update', config: { disabled: 'yes' } },
    { t: 'update', config: { providerConfig: { baseURL: 'https://a' } } },
    { t: 'update', config: { providerConfig: { wireApi: 'other' } } },
    { t: 'update', config: { messages: { connect: 1 } } },
    { t: 'update', config: { theme: 'auto' } },
    { t: 'update', config: { languages: { fr: { connect: 1 } } } },
    { t: 'update', config: { languages: [] } },
    { t: 'update', config: { appearance: { '--byo-accent': 'x'.repeat(501) } } },
    { t: 'init', v: 1, config: {} },
    { t: 'init', config: CONFIG },
  ];
  for (const message of to) assert.equal(readToPanel(message), undefined, JSON.stringify(message).slice(0, 80));
  const from = [
    { t: 'resize', height: 2001 },
    { t: 'resize', height: -1 },
    { t: 'resize', height: Number.NaN },
    { t: 'state', state: 'open' },
    { t: 'change', empty: 0, complete: true },
    { t: 'told', event: 'key', detail: {} },
    { t: 'told', event: 'connected', detail: 'sk-1' },
    { t: 'value', id: 1, missing: '' },
    { t: 'done', id: 1, error: { ...ERROR, key: 'sk-1' } },
    { t: 'done', id: 1, error: { code: 'a' } },
  ];
  for (const message of from) assert.equal(readFromPanel(message), undefined, JSON.stringify(message).slice(0, 80));
});

test('an error travels as its members, without its stack', () => {
  const error = Object.assign(new Error('words'), { type: 'key', code: 'key_rejected', status: 422, cause: 'x' });
  assert.deepEqual(plain(error), { type: 'key', code: 'key_rejected', message: 'words', status: 422 });
});
