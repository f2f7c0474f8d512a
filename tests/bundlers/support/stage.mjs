// A byo server with its package installed beside the bundlers, and a browser to look at what they made of it.
import assert from 'node:assert/strict';
import { launch, openTab } from '../../browser/support/chromium.mjs';
import { createProject } from '../../browser/support/project.mjs';
import { startServer } from '../../browser/support/server.mjs';
import { Widget, listen } from '../../browser/support/widget.mjs';
import { installBesideBundlers } from './install.mjs';

const KEY = 'sk-byo-test-valid-bundled';

export async function setStage() {
  const [browser, server] = await Promise.all([launch(), startServer()]);
  await installBesideBundlers(server.url);
  const { test: environment } = await createProject(server);
  let customers = 0;
  return {
    server,
    environment,
    /** Somebody with no keys yet. */
    customer: () => `customer_${(customers += 1)}`,
    /** The address of a page that reads its session from behind the `#`. */
    async withSession(page, refId) {
      const { token } = await environment.session(refId);
      return `${page}#${new URLSearchParams({ byo: server.url, session: token })}`;
    },
    /**
     * The one check: a customer types a key, tests it and connects it, and the page has nothing to complain of. `look(page)` sees it while it
     * is still open.
     */
    async connects(url, refId, { look } = {}) {
      await visit(browser, url, async ({ page, complaints, origins }) => {
        const widget = new Widget(page);
        await widget.ready();
        await widget.type(KEY);
        const tested = await widget.press('test');
        assert.equal(tested.event.name, 'tested', await widget.alert());
        assert.equal(tested.event.detail.verdict, 'valid');
        const { state, event } = await widget.press('submit');
        assert.equal(state, 'connected', await widget.alert());
        await look?.(page);

        const stored = await environment.keys(`?refId=${refId}`);
        assert.deepEqual(stored.map(({ id }) => id), [event.detail.id]);
        assert.deepEqual(origins, new Set([new URL(url).origin, server.url]), 'nobody else was asked');
        assert.deepEqual(complaints, []);
        assert.deepEqual(await page.evaluate(() => violations), []);
      });
    },
    /** A page that imports an element and does nothing with it has it. */
    async registers(url) {
      await visit(browser, url, async ({ page, complaints }) => {
        await page.waitForFunction(() => customElements.get('byo-connect') && customElements.get('byo-badge'));
        assert.deepEqual(complaints, []);
      });
    },
    /** A page says this. */
    async says(url, text) {
      await visit(browser, url, ({ page }) => page.getByText(text).waitFor());
    },
    async strike() {
      await browser.close();
      await server.stop();
    },
  };
}

/** Opens a page for a moment; `complaints` and `origins` are what it logged and whom it asked. */
async function visit(browser, url, act) {
  const page = await openTab(browser);
  const complaints = [];
  const origins = new Set();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('request', (request) => /^http/.test(request.url()) && origins.add(new URL(request.url()).origin));
  try {
    await listen(page);
    await page.goto(url);
    await act({ page, complaints, origins });
  } finally {
    await page.context().close();
  }
}
