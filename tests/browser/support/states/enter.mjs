// The form: before a key is typed, while it is, and while it is under way.
import { CONNECT, KEY, keyFor, OPENAI, TEST, THREE, VERDICTS } from './keys.mjs';
import { heldUp } from './steps.mjs';

export const ENTERING = {
  // Nothing has been loaded but what the first paint needs.
  untouched: { as: 'publishable', attributes: OPENAI, state: 'idle', says: 'Create a key under API keys' },
  // What seals is on its way still, and so would be the words of other languages.
  loading: {
    ...{ as: 'publishable', attributes: OPENAI, mute: true },
    async steps({ widget, hold }) {
      await hold('**/connect/*.js');
      await widget.type(KEY);
      await widget.part('submit').click();
    },
    ...{ state: 'connecting', says: 'Connecting…' },
  },
  // The session names the providers: so it has been read.
  idle: { wishes: { providers: ['openai', 'anthropic', 'google'] }, state: 'idle', says: 'Google Gemini' },
  'all-providers': { state: 'idle', says: 'Provider' },
  azure: { attributes: { provider: 'azure' }, state: 'idle', says: 'Deployment (optional)' },
  ollama: { attributes: { provider: 'ollama' }, state: 'idle', says: 'Enter the address of your Ollama server' },
  'custom-endpoint': {
    ...{ attributes: OPENAI, state: 'idle', says: 'Base URL' },
    steps: ({ widget }) => widget.part('endpoint-toggle').click(),
  },
  'fixed-endpoint': fixed('openai', { baseUrl: 'https://openrouter.ai/api/v1', wireApi: 'completions' }),
  'fixed-azure': fixed('azure', { baseUrl: 'https://tideline.openai.azure.com', azure: { apiVersion: '2024-10-21', deployment: 'gpt-4.1' } }),
  disabled: { attributes: { ...THREE, disabled: '' }, state: 'idle', says: 'Anthropic' },
  'test-only': {
    ...{ attributes: OPENAI, wishes: { allow: ['test'] }, state: 'idle', says: 'Test' },
    steps: ({ widget }) => widget.part('submit').waitFor({ state: 'hidden' }),
  },
  'in-own-words': {
    ...{ attributes: { ...OPENAI, label: 'The key that your team uses for everything it asks of OpenAI' }, state: 'idle', says: 'The key that your team' },
    steps: ({ widget }) => widget.host.evaluate((element) => (element.messages = { connect: 'Let us get going' })),
  },

  typing: {
    ...{ attributes: THREE, state: 'typing', says: 'Connect OpenAI' },
    async steps({ widget }) {
      await widget.type(KEY);
      await widget.part('reveal').waitFor();
    },
  },
  revealed: {
    ...{ attributes: OPENAI, state: 'typing', says: 'Connect OpenAI' },
    async steps({ widget }) {
      await widget.type(`${KEY}-that-is-longer-than-the-field-has-room-for-on-a-phone`);
      await widget.part('reveal').click();
    },
  },
  'hint-other-provider': typed(THREE, 'sk-ant-api03-x', 'This looks like a key for Anthropic.'),
  'hint-admin-key': typed(OPENAI, 'sk-admin-x', 'admin key'),
  'hint-shortened-key': typed(OPENAI, 'sk-proj-…a1B2', 'This looks like the shortened form of a key'),

  testing: {
    ...{ attributes: OPENAI, state: 'testing', says: 'Sealing the key, then asking the provider' },
    steps: (scene) => typedThen(scene, TEST, 'test'),
  },
  ...Object.fromEntries(Object.keys(VERDICTS).map((verdict) => [`tested-${verdict.replace('_', '-')}`, tested(verdict)])),
  connecting: {
    ...{ attributes: OPENAI, state: 'connecting', says: 'Sealing the key, then checking it' },
    steps: (scene) => typedThen(scene, CONNECT, 'submit'),
  },
};

/** Where the session says which address a key is for. */
function fixed(provider, config) {
  return { attributes: { provider }, wishes: { providerConfigs: { [provider]: config } }, state: 'idle', says: 'The product has set this.' };
}

function typed(attributes, key, says) {
  return { attributes, state: 'typing', says, steps: ({ widget }) => widget.type(key) };
}

function tested(verdict) {
  return {
    ...{ attributes: OPENAI, state: 'typing', says: verdict === 'valid' ? 'The key works for 3 models' : VERDICTS[verdict].title },
    async steps({ widget }) {
      await widget.type(keyFor(verdict));
      await widget.press('test');
    },
  };
}

async function typedThen(scene, pattern, part) {
  await scene.widget.type(KEY);
  await heldUp(scene, pattern, part);
}
