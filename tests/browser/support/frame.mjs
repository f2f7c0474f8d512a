// The widget in a frame of byo's, on a page of another site, so that the two are in different processes as they are in
// the world. byo is at 127.0.0.1, the product at localhost.
import assert from 'node:assert/strict';
import { openTab } from './chromium.mjs';
import { servePages } from './pages.mjs';
import { createProject } from './project.mjs';
import { STRICT_POLICY } from './product.mjs';
import { setStage } from './stage.mjs';
import { listen, Widget } from './widget.mjs';

/** What a page has to allow for an isolated field. `{byo}` stands for the server's origin. */
export const ISOLATED_POLICY =
  "default-src 'none'; script-src 'self' {byo}; style-src 'self'; frame-src {byo}; base-uri 'none'; form-action 'none'; " +
  "require-trusted-types-for 'script'";

/** Everything, with a project that takes keys from pages at `localhost`. */
export async function setFrameStage({ env } = {}) {
  const stage = await setStage({ env });
  const pages = await servePages();
  const origin = stage.product.origin.replace('127.0.0.1', 'localhost');
  const project = await createProject(stage.server, { name: 'Tideline', origins: [origin, pages.at('localhost')] });
  const framed = {
    ...stage,
    origin,
    project,
    /** Pages of any kind; the project lists those at `localhost`. */
    pages,
    /** Somebody with no keys yet. */
    refId: stage.customer,
    /** Puts up a page with an isolated field; gives its address. */
    page(attributes, { policy = ISOLATED_POLICY } = {}) {
      const given = Object.entries({ isolated: '', ...attributes }).filter(([, value]) => value !== undefined);
      return stage.product.page(Object.fromEntries(given), { policy }).replace('127.0.0.1', 'localhost');
    },
    /** Somebody new, at a page with a field for a session of theirs; `inline` has it in the page, to compare. */
    async customer({ attributes, session, policy, inline = false, ...settings } = {}) {
      if (inline) {
        attributes = { isolated: undefined, ...attributes };
        policy ??= STRICT_POLICY;
      }
      const refId = stage.customer();
      const { token } = await project.test.session(refId, session);
      const url = framed.page({ 'session-token': token, provider: 'openai', ...attributes }, { policy });
      return { refId, token, ...(await framed.visit(url, { inline, ...settings })) };
    },
    async strike() {
      await pages.stop();
      await stage.strike();
    },
    async visit(url, { prepare, inline = false, ...settings } = {}) {
      const page = await openTab(stage.browser, settings);
      await listen(page);
      await prepare?.(page);
      await page.goto(url);
      return { page, widget: inline ? new Widget(page) : new FramedWidget(page), close: () => page.context().close() };
    },
  };
  return framed;
}

/** `<byo-connect isolated>` on a page; its parts are in the frame. */
export class FramedWidget extends Widget {
  get frame() {
    return this.host.locator('iframe').contentFrame();
  }

  part(name) {
    return this.frame.locator(`[part="${name}"]`);
  }

  /** The document in the frame, to look into. */
  async inside() {
    const element = await this.host.locator('iframe').elementHandle();
    return element.contentFrame();
  }
}

/** Runs in a page: puts up the frame and speaks to it without the widget, through `raw`. */
export async function speak({ byo, token }) {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)));
  const principal = btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const frame = document.createElement('iframe');
  frame.src = `${byo}/frame?principal=${principal}`;
  frame.style.cssText = 'width: 400px; height: 500px';
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  document.querySelector('main').append(frame);
  await loaded;
  const config = (more) => ({
    ...{ token, baseURL: byo, trustRoot: null, refId: null, keyName: null, provider: 'openai', providers: null },
    ...{ label: null, autofill: null, disabled: false, hideBadge: false, locale: 'en' },
    ...more,
  });
  const all = [];
  const waiting = [];
  globalThis.raw = {
    frame,
    config,
    /** The first message that fits, said already or to come. */
    heard: (fits) => all.find(fits) ?? new Promise((resolve, reject) => {
      waiting.push((data) => fits(data) && resolve(data));
      setTimeout(() => reject(new Error(`the frame has not said it; it said ${JSON.stringify(all)}`)), 10_000);
    }),
    async greet(more, v = 1) {
      const { port1, port2 } = new MessageChannel();
      raw.port = port1;
      port1.onmessage = ({ data }) => {
        globalThis.take?.('raw', data);
        all.push(data);
        for (const hear of waiting) hear(data);
      };
      frame.contentWindow.postMessage({ t: 'init', v, config: config(more) }, byo, [port2]);
      return [await raw.heard(({ t }) => t === 'ready')];
    },
  };
}

/** The code of the first fault that the element tells. */
export async function loadError({ page }) {
  await page.waitForFunction(() => byoEvents.some(({ name }) => name === 'load-error'));
  const events = await page.evaluate(() => byoEvents);
  return events.find(({ name }) => name === 'load-error').detail.code;
}

/** What becomes so when another process has had its turn. */
export async function until(holds) {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) assert.fail(`this did not come about: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
