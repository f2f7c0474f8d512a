// The product's backend: serves the page, and makes a connect session for the customer who is signed in.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';

const { BYO_URL = 'http://127.0.0.1:8787', BYO_SECRET_KEY, CUSTOMER = 'customer_123', PORT = '3000' } = process.env;
if (!BYO_SECRET_KEY) throw new Error('BYO_SECRET_KEY is not set: `byo project create` prints one');

const POLICY = `default-src 'none'; script-src 'self' ${BYO_URL} 'wasm-unsafe-eval'; connect-src 'self' ${BYO_URL}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'`;

const routes = {
  'GET /': async (response) => {
    const page = await readFile(new URL('index.html', import.meta.url), 'utf8');
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY });
    response.end(page.replaceAll('https://byo.example.com', BYO_URL));
  },
  'GET /page.js': async (response) => {
    response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' });
    response.end(await readFile(new URL('page.js', import.meta.url)));
  },
  'POST /session': async (response) => {
    // Whoever asks must be signed in: take the customer from your own session, never from the request's body.
    const made = await fetch(`${BYO_URL}/v1/connect-sessions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${BYO_SECRET_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ refId: CUSTOMER }),
    });
    const { token } = await made.json();
    response.writeHead(made.ok ? 200 : 502, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify({ token }));
  },
};

createServer((request, response) => {
  const route = routes[`${request.method} ${request.url}`];
  if (!route) return response.writeHead(404).end();
  route(response).catch((error) => {
    console.error(error);
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
}).listen(Number(PORT), '127.0.0.1', () => console.log(`Open http://127.0.0.1:${PORT}`));
