// Pages of any kind, at any name of this machine: whoever stands around an isolated field, or stands in its place.
import { createServer } from 'node:http';

/** Starts a web server that answers to `localhost` and its subdomains as to 127.0.0.1; each is an origin of its own. */
export async function servePages() {
  const pages = new Map();
  const asked = [];
  const server = createServer((request, response) => {
    const { headers, url } = request;
    asked.push({ url: `http://${headers.host}${url}`, headers });
    const page = pages.get(url.split('?')[0]);
    if (!page) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...page.headers });
    response.end(page.html);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const at = (host) => `http://${host}:${port}`;
  return {
    at,
    /** Every request so far. */
    asked,
    /** Puts up a page; gives its address at that host. */
    put(html, { host = 'localhost', path = `/${pages.size + 1}`, headers = {}, title = 'Page' } = {}) {
      pages.set(path, { html: `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>${html}`, headers });
      return at(host) + path;
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The markup of a page with `<byo-connect>` under these attributes. */
export function field(byo, attributes) {
  const text = Object.entries({ 'base-url': byo, ...attributes }).map(([name, value]) => ` ${name}="${value}"`).join('');
  return `<script type="module" src="${byo}/connect.js"></script><main><h1>Settings</h1><byo-connect${text}></byo-connect></main>`;
}
