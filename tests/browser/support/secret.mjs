// Looking for a key where it has no business.

/** The text in every spelling under which it may travel unnoticed: plain, percent, hex, base64, UTF-16. */
export function spellings(secret) {
  const bytes = Buffer.from(secret);
  const wide = Buffer.from(secret, 'utf16le');
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // What surrounds the key changes the digits at either end.
    return text.slice(shift && 4, -4);
  });
  const urlSafe = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const reversed = [...secret].reverse().join('');
  return [...new Set([secret, encodeURIComponent(secret), reversed, bytes.toString('hex'), wide.toString('hex'), ...base64, ...urlSafe])];
}

/** Which spellings of a secret stand in a text, whatever the case of their letters. */
export function found(secret, text) {
  const lower = text.toLowerCase();
  return spellings(secret).filter((spelling) => lower.includes(spelling.toLowerCase()));
}

/** Records what a page sends and says, from before it opens. */
export function eavesdrop(page) {
  const sent = [];
  const said = [];
  page.on('request', (request) => sent.push(request));
  page.on('websocket', (socket) => sent.push({ url: () => socket.url(), allHeaders: () => ({}), postData: () => null }));
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error.stack)));
  return {
    said,
    origins: () => [...new Set(sent.map((request) => new URL(request.url())).filter(isRemote).map(({ origin }) => origin))],
    paths: (origin) => sent.map((request) => new URL(request.url())).filter((url) => url.origin === origin).map(({ pathname }) => pathname),
    /** Everything that was sent, as one text. */
    async transcript() {
      const parts = await Promise.all(
        sent.map(async (request) => [request.url(), JSON.stringify(await request.allHeaders()), request.postData() ?? '']),
      );
      return parts.flat().join('\n');
    },
  };
}

const isRemote = (url) => url.protocol !== 'data:' && url.protocol !== 'blob:';

/** To be called before a page is opened: keeps hold of every WebAssembly memory that comes to be. */
export async function captureMemories(page) {
  await page.addInitScript(() => {
    globalThis.memories = new Set();
    const keep = (instance) => {
      for (const value of Object.values(instance.exports)) {
        if (value instanceof WebAssembly.Memory) globalThis.memories.add(value);
      }
    };
    for (const name of ['instantiate', 'instantiateStreaming']) {
      const original = WebAssembly[name];
      WebAssembly[name] = async (...args) => {
        const made = await original.apply(WebAssembly, args);
        keep(made.instance ?? made);
        return made;
      };
    }
    const Original = WebAssembly.Instance;
    WebAssembly.Instance = function Instance(...args) {
      const made = new Original(...args);
      keep(made);
      return made;
    };
    WebAssembly.Instance.prototype = Original.prototype;
  });
}

/** To be called before a page is opened: keeps hold of every array of bytes that its scripts make, whether or not they let it go. */
export async function captureBytes(page) {
  await page.addInitScript(() => {
    globalThis.memories ??= new Set();
    globalThis.Uint8Array = new Proxy(Uint8Array, {
      construct(...args) {
        const made = Reflect.construct(...args);
        globalThis.memories.add(made);
        return made;
      },
    });
  });
}

/** Where in what was captured of the page's memory a text stands, as UTF-8 or UTF-16. Fails when there is nothing to look at. */
export function inMemory(page, secret) {
  const needles = ['utf8', 'utf16le'].map((encoding) => [...Buffer.from(secret, encoding)]);
  return page.evaluate((needles) => {
    if (globalThis.memories.size === 0) throw new Error('no memory was captured');
    const places = [];
    for (const buffer of new Set([...globalThis.memories].map(({ buffer }) => buffer))) {
      const bytes = new Uint8Array(buffer);
      for (const needle of needles) {
        for (let at = bytes.indexOf(needle[0]); at >= 0; at = bytes.indexOf(needle[0], at + 1)) {
          if (needle.every((byte, offset) => bytes[at + offset] === byte)) places.push(at);
        }
      }
    }
    return places;
  }, needles);
}

/** How many of the page's live JavaScript strings hold a text, once garbage is collected. */
export async function inHeap(page, secret) {
  // Of a frame, the heap of its own process.
  const context = page.context?.() ?? page.page().context();
  const devtools = await context.newCDPSession(page);
  const chunks = [];
  devtools.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await devtools.send('HeapProfiler.enable');
  await devtools.send('HeapProfiler.collectGarbage');
  await devtools.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await devtools.detach();
  return chunks.join('').split(secret).length - 1;
}

/**
 * Everything a page keeps that a script could read, as one text: its tree with shadow trees, fields and what forms
 * would send, its global names, its history and timings, and every store with what is in it.
 */
export async function kept(page) {
  // What a frame went through is in its page's history.
  if (!page.context) return page.evaluate(readable);
  const devtools = await page.context().newCDPSession(page);
  const { entries } = await devtools.send('Page.getNavigationHistory');
  await devtools.detach();
  return [JSON.stringify(entries), await page.evaluate(readable)].join('\n');
}

/** Runs in the page. */
async function readable() {
  const parts = [location.href, JSON.stringify(history.state), document.cookie, document.title];

  const walk = (root) => {
    parts.push(root instanceof ShadowRoot ? root.innerHTML : root.documentElement.outerHTML);
    for (const node of root.querySelectorAll('*')) {
      if ('value' in node) parts.push(`value=${node.value}`);
      if (node instanceof HTMLFormElement) parts.push(JSON.stringify([...new FormData(node)]));
      if (node.shadowRoot) walk(node.shadowRoot);
      properties(node, 1);
    }
  };
  // What scripts hung on an object, some levels deep; the platform's own members are inherited or not enumerable.
  const seen = new Set();
  const properties = (object, depth) => {
    if (object === null || typeof object !== 'object' || seen.has(object)) return;
    seen.add(object);
    for (const name of Object.keys(object)) {
      let value;
      try {
        value = object[name];
      } catch {
        continue; // A getter of the platform that this object has no use for.
      }
      parts.push(name);
      if (typeof value === 'string') parts.push(value);
      else if (depth > 0 && !(value instanceof Node) && !(value instanceof Window)) properties(value, depth - 1);
    }
  };
  walk(document);
  properties(globalThis, 3);

  for (const entry of performance.getEntries()) parts.push(JSON.stringify(entry));
  try {
    void localStorage;
  } catch {
    // The browser grants a frame of another site no store of any kind.
    return parts.join('\n');
  }
  for (const store of [localStorage, sessionStorage]) parts.push(JSON.stringify({ ...store }));
  for (const { name, version } of await indexedDB.databases()) {
    parts.push(`indexedDB ${name} ${version}`);
    const opened = await new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) });
    });
    for (const store of opened.objectStoreNames) {
      const all = opened.transaction(store).objectStore(store);
      for (const request of [all.getAllKeys(), all.getAll()]) {
        await new Promise((resolve) => (request.onsuccess = resolve));
        parts.push(`${store} ${JSON.stringify(request.result)}`);
      }
    }
    opened.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    parts.push(`cache ${name}`);
    for (const request of await cache.keys()) {
      parts.push(request.url, JSON.stringify([...request.headers]), await (await cache.match(request)).text());
    }
  }
  for (const { scope, active } of await navigator.serviceWorker.getRegistrations()) parts.push(scope, active?.scriptURL);
  return parts.join('\n');
}
