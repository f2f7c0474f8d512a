// Whatever goes wrong, and what is said of it.
import { makeRoot } from '../root.mjs';
import { WITHOUT_WASM } from '../product.mjs';
import { CONNECT, KEY, keyFor, OPENAI } from './keys.mjs';

const FAILED = { attributes: OPENAI, state: 'error' };

export const FAILING = {
  'nothing-entered': { ...FAILED, says: 'Paste your key first.', steps: ({ widget }) => widget.press('submit') },
  refused: { ...FAILED, says: 'The provider does not know this key', steps: ({ widget }) => widget.refused(keyFor('rejected')) },
  'address-missing': {
    ...{ ...FAILED, attributes: { provider: 'azure' }, says: 'Azure OpenAI needs its base URL.' },
    steps: ({ widget }) => widget.refused(KEY),
  },
  network: {
    ...{ ...FAILED, says: 'The server could not be reached.' },
    async steps({ page, widget }) {
      await page.route(CONNECT, (route) => route.abort());
      await widget.refused(KEY);
    },
  },
  'rate-limited': {
    ...{ ...FAILED, says: 'That was too many attempts in a short time.' },
    async steps({ reply, widget }) {
      const problem = { type: 'about:blank', title: 'Too many requests', status: 429, code: 'rate_limited', requestId: 'req_0Qm3ZxT7' };
      await reply(CONNECT, problem, { status: 429, headers: { 'retry-after': '30' } });
      await widget.refused(KEY);
    },
  },
  'foreign-origin': { ...FAILED, before: ({ moveTo }) => moveTo({ origins: ['https://elsewhere.example'] }), says: 'This site is not on the list of sites' },
  'session-expired': {
    ...{ ...FAILED, says: 'This form has expired.' },
    async attributes({ project, refId }) {
      const { token } = await project.session(refId);
      return { ...OPENAI, 'session-token': token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) };
    },
  },
  distrust: {
    ...{ ...FAILED, says: 'The server could not prove whose key it seals to' },
    attributes: async () => ({ ...OPENAI, 'trust-root': (await makeRoot()).trustRoot }),
  },
  'set-up-wrong': { ...FAILED, attributes: { ...OPENAI, 'trust-root': 'sha256-abc' }, says: 'trustRoot' },
  'cannot-be-loaded': {
    ...{ ...FAILED, as: 'publishable', mute: true, says: 'The part that seals the key could not be loaded.' },
    async steps({ page, widget }) {
      await page.route('**/connect/*.js', (route) => route.abort());
      await widget.type(KEY);
      await widget.press('submit');
    },
  },
  'nothing-to-seal-with': {
    ...{ ...FAILED, policy: WITHOUT_WASM, says: 'security policy blocks WebAssembly' },
    prepare: (page) =>
      page.addInitScript(() => {
        SubtleCrypto.prototype.generateKey = () => Promise.reject(new DOMException('of yesterday', 'NotSupportedError'));
      }),
  },
  forgotten: {
    ...{ attributes: OPENAI, state: 'idle', says: 'The key was forgotten after ten minutes.' },
    prepare: (page) => page.clock.install(),
    async steps({ page, widget }) {
      await widget.type(KEY);
      await widget.press('test');
      await page.clock.fastForward('10:01');
    },
  },
};
