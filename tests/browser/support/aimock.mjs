// A provider that nobody here wrote: npm @copilotkit/aimock, in this process, over real HTTP.
import { LLMock } from '@copilotkit/aimock';

/** Gemini's list of models, which aimock lacks. Its check of the key comes before this answers. */
const GEMINI_MODELS = {
  models: [
    { name: 'models/gemini-2.5-flash', supportedGenerationMethods: ['generateContent'] },
    { name: 'models/gemini-2.5-pro', supportedGenerationMethods: ['generateContent'] },
  ],
};

/**
 * Starts a provider that knows only `keys`: any other credential, in any header, gets a 401.
 * `env` points byo's openai, anthropic and google at it.
 */
export async function startAimock({ keys }) {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', auth: { apiKeys: keys } });
  mock.mount('/v1beta/models', {
    async handleRequest(request, response, path) {
      if (request.method !== 'GET' || path !== '/') return false;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(GEMINI_MODELS));
      return true;
    },
  });
  const url = await mock.start();
  return {
    url,
    mock,
    env: {
      BYO_PROVIDERS__OPENAI__BASE_URL: `${url}/v1`,
      BYO_PROVIDERS__ANTHROPIC__BASE_URL: url,
      BYO_PROVIDERS__GOOGLE__BASE_URL: `${url}/v1beta`,
      BYO_EGRESS__ALLOW: '127.0.0.1/32',
    },
    stop: () => mock.stop(),
  };
}
