// Who answers a customer's calls, and the end of all their own keys.
import { KEY, OPENAI, STORED } from './keys.mjs';
import { answer, begin, heldUp } from './steps.mjs';

const REVERT = '**/v1/customers/*/revert';
const SERVER = { settings: { platformKeys: true }, productKey: 'sk-byo-test-valid-product' };
const OWN = {
  ...STORED,
  async before({ moveTo, connect }) {
    await moveTo(SERVER);
    await connect(KEY);
  },
};

export const MODES = {
  'mode-own': { ...OWN, says: 'Your own key is used' },
  'mode-server': { before: ({ moveTo }) => moveTo(SERVER), attributes: OPENAI, state: 'idle', says: 'The product’s key is used' },
  'mode-demo': { before: ({ moveTo }) => moveTo({ settings: { demo: true } }), attributes: OPENAI, state: 'idle', says: 'Demo answers' },
  'confirm-revert': { ...OWN, says: 'Type REVERT to confirm', steps: begin('revert') },
  'confirm-revert-wrong': { ...OWN, says: 'That is not REVERT.', steps: ({ widget }) => answer(widget, 'revert', 'revers', 'Enter') },
  'confirm-revert-right': { ...OWN, says: 'Type REVERT to confirm', steps: ({ widget }) => answer(widget, 'revert', 'revert') },
  reverting: {
    ...{ ...OWN, state: 'disconnecting', says: 'Disconnecting…' },
    async steps(scene) {
      await answer(scene.widget, 'revert', 'revert');
      await heldUp(scene, REVERT, 'confirm');
    },
  },
  reverted: {
    ...{ ...OWN, state: 'idle', says: 'Your own keys are no longer used.' },
    steps: ({ widget }) => answer(widget, 'revert', 'revert', 'Enter'),
  },
};
