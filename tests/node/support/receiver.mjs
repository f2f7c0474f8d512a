// A product's endpoint for byo's webhooks.
import { createServer } from 'node:http';

/**
 * Listens on `port`, a free one when left out. Every delivery is `{ headers, body, response }` with the body's raw
 * bytes; it is answered 204, unless `hold` leaves that to the caller.
 */
export async function startReceiver({ port = 0, hold = false } = {}) {
  const arrived = [];
  const waiting = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (!hold) response.writeHead(204).end();
    const delivery = { headers: request.headers, body: Buffer.concat(chunks), response };
    const next = waiting.shift();
    if (next) next(delivery);
    else arrived.push(delivery);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/webhooks/byo`,
    /** The next delivery, come already or still to come. */
    next: () => (arrived.length > 0 ? Promise.resolve(arrived.shift()) : new Promise((resolve) => waiting.push(resolve))),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
