// `byo demo`, and its page as a person uses it.
import assert from 'node:assert/strict';
import { openTab } from './chromium.mjs';
import { required } from './environment.mjs';
import { start } from './process.mjs';
import { Widget, listen } from './widget.mjs';

/** Starts the demo on free ports and waits until it is ready. Live providers are where `env` says. */
export async function startDemo({ env = {} } = {}) {
  const args = ['demo', '--product-listen', '127.0.0.1:0', '--set', 'server.listen=127.0.0.1:0'];
  const child = start(required('BYO_BINARY'), args, { PATH: process.env.PATH, ...env });
  try {
    const [, byo] = await child.line(/ is ready at (\S+)$/);
    const [, url] = await child.line(/^Open the demo at (\S+)$/);
    return { byo, url, lines: child.lines, stop: () => child.stop() };
  } catch (error) {
    await child.stop('SIGKILL');
    throw error;
  }
}

/** The demo's page in a tab of its own. */
export class DemoPage {
  /** Opens it in one of its modes: `test`, `test-session`, `live`. */
  static async open(browser, { url }, mode, settings) {
    const page = await openTab(browser, settings);
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await listen(page);
    await page.goto(`${url}/?mode=${mode}`);
    const demo = new DemoPage(page, complaints);
    await demo.ready();
    return demo;
  }

  constructor(page, complaints) {
    this.page = page;
    this.complaints = complaints;
    this.widget = new Widget(page);
    this.feature = page.locator('#feature');
  }

  close() {
    return this.page.context().close();
  }

  /** Waits until a key can be typed and the backend listens. */
  async ready() {
    const slot = this.page.locator('#connect-slot:is([data-state="ready"], [data-state="problem"])');
    await slot.waitFor();
    assert.equal(await slot.getAttribute('data-state'), 'ready', await slot.innerText());
    await this.page.locator('#stream-state[data-state="listening"]').waitFor();
    await this.widget.ready();
    this.refId = await this.page.locator('#ref-id').innerText();
  }

  /** Goes on as a customer with no keys. */
  async newCustomer() {
    const before = this.refId;
    await this.page.locator('#new-customer').click();
    await this.page.locator('#ref-id').filter({ hasNotText: before }).waitFor();
    await this.ready();
  }

  /** Waits for a webhook about this customer; gives which of its checks passed. */
  async webhook(type) {
    const entry = this.page.locator(`#events > li[data-event-type="${type}"][data-ref-id="${this.refId}"]`);
    await entry.waitFor();
    assert.equal(await entry.getAttribute('data-verified'), 'true');
    const checks = await entry.locator('[data-check]').all();
    const passed = await Promise.all(
      checks.map(async (check) => [await check.getAttribute('data-check'), await check.getAttribute('data-ok')]),
    );
    return Object.fromEntries(passed);
  }

  /** Types of the webhooks that came until now, newest first. */
  async webhooks() {
    const entries = await this.page.locator('#events > li[data-kind="webhook"]').all();
    return Promise.all(entries.map((entry) => entry.getAttribute('data-event-type')));
  }

  /** The request that carried the sealed key, as the page shows it. */
  async sealedRequest(status) {
    const entry = this.page.locator(`#wire > li[data-sealed="true"][data-status="${status}"]`);
    await entry.waitFor();
    return entry.innerText();
  }
}
