// Four providers that nobody here wrote, each knowing one key: another provider's customer key is refused like any other.
import { startAimock } from '../../../browser/support/aimock.mjs';

/** What the customer has with each provider. */
export const KEYS = {
  openai: 'sk-proj-live-2f61c07e9ab84d35',
  azure: '5d0e7b9c44a1426f8c3be2f1a7d09e68',
  anthropic: 'sk-ant-api03-live-91d3f7402cbe4a58',
  google: 'AIzaSyLive-6c18e4d27f0b495aa3',
};

/** A model of each provider, and one that the customer may not use. */
export const MODELS = {
  openai: 'gpt-4.1-mini',
  azure: 'tides',
  anthropic: 'claude-sonnet-5',
  google: 'gemini-2.5-flash',
};
export const FORBIDDEN = {
  openai: 'gpt-4.1',
  azure: 'storms',
  anthropic: 'claude-opus-5',
  google: 'gemini-2.5-pro',
};

export const QUESTION = 'When does the tide turn at Lerwick?';
/** Long enough to be streamed in several pieces. */
export const ANSWER = 'The tide at Lerwick turns at noon – and again a little after midnight, says the table.';
/** What it says that the answer cost. */
export const USAGE = { input: 11, output: 23 };

/** To this the provider says that it is asked too often, and when to ask again. */
export const TOO_OFTEN = 'And now? And now?';
export const RATE_LIMIT = { message: 'Slow down: the tide is asked for too often.', retryAfter: 7 };

/** Starts them. `env` points byo at them. */
export async function startUpstream({ retryAfter = RATE_LIMIT.retryAfter } = {}) {
  const start = async ([provider, key]) => [provider, await startAimock({ keys: [key] })];
  const started = await Promise.all(Object.entries(KEYS).map(start));
  for (const [, { mock }] of started) teach(mock, retryAfter);
  const mocks = Object.fromEntries(started);
  const setting = (provider) => `BYO_PROVIDERS__${provider.toUpperCase()}__BASE_URL`;
  const bases = started.map(([provider, { env }]) => [setting(provider), env[setting(provider)]]);
  return {
    env: { ...Object.fromEntries(bases), BYO_EGRESS__ALLOW: '127.0.0.1/32' },
    root: (provider) => mocks[provider].url,
    /** The requests that a provider took: `{ method, path, headers, body }`. Of credentials it keeps none. */
    requests: (provider) => mocks[provider].mock.getRequests(),
    stop: () => Promise.all(Object.values(mocks).map((mock) => mock.stop())),
  };
}

function teach(mock, retryAfter) {
  const error = { message: RATE_LIMIT.message, type: 'rate_limit_error', code: 'rate_limit_exceeded' };
  const usage = { input_tokens: USAGE.input, output_tokens: USAGE.output };
  mock.onMessage(TOO_OFTEN, { error, status: 429, retryAfter }).onMessage(QUESTION, { content: ANSWER, usage });
}
