// A provider that nobody here wrote: npm @copilotkit/aimock, in this process, over real HTTP.
import { once } from 'node:events';
import { request as send } from 'node:http';
import { pipeline } from 'node:stream/promises';
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
 * `env` points byo's openai, anthropic, google and azure at it.
 */
export async function startAimock({ keys }) {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', auth: { apiKeys: keys } });
  mock.mount('/v1beta/models', {
    handleRequest: async (request, response, path) => isListing(request, path) && listed(response),
  });
  // aimock knows Gemini as v1beta only. Newer clients ask for v1, which answers the same; OpenAI's list lies there too.
  mock.mount('/v1/models', {
    async handleRequest(request, response, path) {
      if (/:(generate|streamGenerate)Content$/.test(path)) return asBeta(mock.url, request, response);
      return 'x-goog-api-key' in request.headers && isListing(request, path) && listed(response);
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
      BYO_PROVIDERS__AZURE__BASE_URL: url,
      BYO_EGRESS__ALLOW: '127.0.0.1/32',
    },
    stop: () => mock.stop(),
  };
}

const isListing = (request, path) => request.method === 'GET' && path === '/';

function listed(response) {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(GEMINI_MODELS));
  return true;
}

async function asBeta(origin, request, response) {
  const { method, headers } = request;
  const forwarded = send(origin + request.url.replace('/v1/', '/v1beta/'), { method, headers });
  request.pipe(forwarded);
  const [answer] = await once(forwarded, 'response');
  response.writeHead(answer.statusCode, answer.headers);
  await pipeline(answer, response);
  return true;
}
