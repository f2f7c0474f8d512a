// The field in a frame of byo's, on a page of another site.
import { ISOLATED_POLICY } from '../frame.mjs';
import { KEY, keyFor, OPENAI, THREE } from './keys.mjs';
import { begin } from './steps.mjs';

const APART = { apart: true, policy: ISOLATED_POLICY, attributes: { ...OPENAI, isolated: '' }, before: ({ moveTo }) => moveTo({}) };
const FRAMED = { ...APART, framed: true };
const CONNECTED = {
  ...FRAMED,
  async before({ moveTo, connect }) {
    await moveTo({});
    await connect(KEY);
  },
};
/** The frame never comes. */
const AWAITED = {
  ...APART,
  mute: true,
  async before(scene) {
    await scene.moveTo({});
    scene.frame = await scene.hold('**/frame?*');
  },
};

export const ISOLATED = {
  'isolated-loading': { ...AWAITED, steps: ({ frame }) => frame.first },
  'isolated-timeout': {
    ...{ ...AWAITED, state: 'error', says: 'The isolated field did not load.' },
    prepare: (page) => page.clock.install(),
    async steps({ page, frame }) {
      await frame.first;
      await page.clock.fastForward('00:11');
    },
  },
  'isolated-idle': { ...FRAMED, attributes: { ...THREE, isolated: '' }, state: 'idle', says: 'Tideline' },
  'isolated-typing': {
    ...{ ...FRAMED, state: 'typing', says: 'Connect OpenAI' },
    async steps({ widget }) {
      await widget.type(KEY);
      await widget.part('reveal').waitFor();
    },
  },
  'isolated-refused': { ...FRAMED, state: 'error', says: 'The provider does not know this key', steps: ({ widget }) => widget.refused(keyFor('rejected')) },
  'isolated-connected': { ...CONNECTED, state: 'connected', says: 'OpenAI connected' },
  'isolated-confirm-revert': { ...CONNECTED, state: 'connected', says: 'Type REVERT to confirm', steps: begin('revert') },
};
