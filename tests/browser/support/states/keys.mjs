// Keys, verdicts and pages that states begin with.

/** The simulator's key that gets this verdict. */
export const keyFor = (verdict) => `sk-byo-test-${verdict.replaceAll('_', '-')}-1`;
export const KEY = keyFor('valid');

/** Every verdict: what a reader is told of it, and whether such a key is stored. */
export const VERDICTS = {
  valid: { title: 'The key works', isStored: true },
  restricted: { title: 'The key works, with limits', isStored: true },
  no_quota: { title: 'The key works, but there is no credit left', isStored: true },
  rate_limited: { title: 'The key works, but is being slowed down', isStored: true },
  not_provable: { title: 'The server there asks for no key', isStored: true },
  rejected: { title: 'The provider does not know this key' },
  denied: { title: 'The provider refused this key here' },
  unreachable: { title: 'The provider could not be reached' },
};

export const OPENAI = { provider: 'openai' };
export const THREE = { providers: 'openai anthropic google' };

export const CONNECT = '**/v1/keys/connect';
export const TEST = '**/v1/keys/test';

/** A page whose key was connected before it opens. */
export const STORED = { before: ({ connect }) => connect(KEY), attributes: OPENAI, state: 'connected', says: 'OpenAI connected' };
