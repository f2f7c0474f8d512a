// The product's backend: makes a connect session for the customer who is signed in.
import { createServer } from 'node:http';

const { BYO_URL = 'http://127.0.0.1:8787', BYO_SECRET_KEY, CUSTOMER = 'customer_123', PORT = '3001' } = process.env;
if (!BYO_SECRET_KEY) throw new Error('BYO_SECRET_KEY is not set: `byo project create` prints one');

createServer(async (request, response) => {
  if (request.method !== 'POST' || request.url !== '/api/session') return response.writeHead(404).end();
  const answer = (status, body) => response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
  try {
    // Whoever asks must be signed in: take the customer from your own session, never from the request's body.
    answer(200, { byo: BYO_URL, token: await connectSession(CUSTOMER) });
  } catch (error) {
    console.error(error);
    answer(502, {});
  }
}).listen(Number(PORT), '127.0.0.1', () => console.log(`Listening at http://127.0.0.1:${PORT}`));

async function connectSession(refId) {
  const made = await fetch(`${BYO_URL}/v1/connect-sessions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${BYO_SECRET_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ refId }),
  });
  if (!made.ok) throw new Error(`byo made no session: ${made.status} ${await made.text()}`);
  return (await made.json()).token;
}
