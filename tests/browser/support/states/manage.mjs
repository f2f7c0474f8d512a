// The connected key: what is known of it, checked, replaced and disconnected.
import { KEY, keyFor, OPENAI, STORED, THREE, VERDICTS } from './keys.mjs';
import { answer, begin, heldUp } from './steps.mjs';

const VALIDATE = '**/v1/keys/validate';
const ROTATE = '**/v1/keys/rotate';
const REVOKE = '**/v1/keys/revoke';

export const MANAGING = {
  ...Object.fromEntries(
    Object.entries(VERDICTS).filter(([, { isStored }]) => isStored).map(([verdict, { title }]) => [
      `connected-${verdict.replace('_', '-')}`,
      { attributes: OPENAI, state: 'connected', says: title, steps: ({ widget }) => widget.connect(keyFor(verdict)) },
    ]),
  ),
  returning: { ...STORED, attributes: THREE },
  'returning-to-all-providers': { ...STORED, attributes: {} },
  paused: {
    ...{ ...STORED, says: 'Paused' },
    async before({ connect, backend }) {
      await connect(KEY);
      await backend('disable');
    },
  },
  suspect: checked({ valid: false, verdict: 'rejected', models: [] }, 'The provider has refused this key since'),
  'checked-and-well': { ...STORED, says: 'You need to do nothing more.', steps: ({ widget }) => widget.press('check') },
  'checked-in-vain': checked({ valid: false, verdict: 'unreachable', models: [] }, 'This says nothing about your key.'),
  models: checked({ valid: true, verdict: 'valid', models: Array.from({ length: 320 }, (_, n) => `vendor/model-${n}`) }, '320 models', (widget) =>
    widget.part('models-toggle').click(),
  ),
  checking: { ...STORED, state: 'testing', says: 'Asking the provider about this key.', steps: (scene) => heldUp(scene, VALIDATE, 'check') },
  'check-failed': {
    ...{ ...STORED, state: 'error', says: 'The server could not be reached.' },
    async steps({ page, widget }) {
      await page.route(VALIDATE, (route) => route.abort());
      await widget.press('check');
    },
  },
  'may-only-connect': { ...STORED, wishes: { allow: ['connect'] }, steps: ({ widget }) => widget.part('replace').waitFor({ state: 'hidden' }) },
  'connected-disabled': { ...STORED, attributes: { ...OPENAI, disabled: '' } },

  replace: { ...STORED, state: 'idle', says: 'New OpenAI API key', steps: begin('replace') },
  rotating: {
    ...{ ...STORED, state: 'rotating', says: 'Checking the new key. The old one works until it passes.' },
    async steps({ widget, hold }) {
      await begin('replace')({ widget });
      await widget.type(keyFor('no_quota'));
      await heldUp({ widget, hold }, ROTATE, 'submit');
    },
  },
  'replacement-refused': {
    ...{ ...STORED, state: 'error', says: 'The provider does not know this key' },
    async steps({ widget }) {
      await begin('replace')({ widget });
      await widget.refused(keyFor('rejected'));
    },
  },

  'confirm-disconnect': { ...STORED, says: 'Type openai to confirm', steps: begin('disconnect') },
  'confirm-disconnect-wrong': { ...STORED, says: 'That is not openai.', steps: answered('opena', 'Enter') },
  'confirm-disconnect-right': { ...STORED, says: 'Type openai to confirm', steps: answered('openai') },
  disconnecting: {
    ...{ ...STORED, state: 'disconnecting', says: 'Disconnecting…' },
    async steps({ widget, hold }) {
      await answered('openai')({ widget });
      await heldUp({ widget, hold }, REVOKE, 'confirm');
    },
  },
  disconnected: { ...STORED, state: 'idle', says: 'OpenAI is disconnected.', steps: ({ widget }) => widget.disconnect() },
};

function answered(word, key) {
  return ({ widget }) => answer(widget, 'disconnect', word, key);
}

/** A stored key, checked again with this outcome. */
function checked(outcome, says, then) {
  return {
    ...{ ...STORED, says },
    async steps({ reply, widget }) {
      await reply(VALIDATE, { ...outcome, checkedAt: '2026-11-21T21:05:00Z', error: null });
      await widget.press('check');
      await then?.(widget);
    },
  };
}
