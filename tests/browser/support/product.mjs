// A product's own pages, on another origin than byo's, under a policy as strict as the widget allows.
import { createServer } from 'node:http';

/** What a page needs to allow for the widget and nothing else. `{byo}` stands for the server's origin. */
export const STRICT_POLICY =
  "default-src 'none'; script-src 'self' {byo} 'wasm-unsafe-eval'; style-src 'self'; connect-src {byo}; " +
  "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'";

/** The same, where WebAssembly is too much: then WebCrypto seals. */
export const WITHOUT_WASM = STRICT_POLICY.replace(" 'wasm-unsafe-eval'", '');

const STYLE = `
  :root { color-scheme: light dark; }
  body { margin: 0; padding: 24px; background: #fff; color: #1a1a1a; font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 26rem; margin: 0 auto; }
  @media (prefers-color-scheme: dark) { body { background: #16181d; color: #eee; } }
`;

/** Starts a web server for pages that embed byo's widget. */
export async function startProduct(byo) {
  const pages = new Map([['/page.css', { type: 'text/css', text: STYLE }]]);
  const server = createServer((request, response) => {
    const page = pages.get(request.url);
    if (!page) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': page.type, ...(page.policy && { 'content-security-policy': page.policy }) });
    response.end(page.text);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  let count = 0;
  return {
    origin,
    /** Puts up a page with `<byo-connect>`, or another of byo's elements, under these attributes; gives its address. */
    page(attributes, { policy = STRICT_POLICY, tag = 'byo-connect' } = {}) {
      const path = `/settings-${(count += 1)}`;
      const text = html(byo, tag, { 'base-url': byo, ...attributes });
      pages.set(path, { type: 'text/html; charset=utf-8', text, policy: policy.replaceAll('{byo}', byo) });
      return origin + path;
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function html(byo, tag, attributes) {
  const text = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`).join('');
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Settings</title>
  <link rel="stylesheet" href="/page.css">
  <script type="module" src="${byo}/connect.js"></script>
</head>
<body><main><h1>Settings</h1><${tag}${text}></${tag}></main></body>
</html>`;
}
