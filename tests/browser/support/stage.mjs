// What most browser suites start from: a browser, a server, a project on it, and the product's own pages.
import { launch, openTab } from './chromium.mjs';
import { createProject } from './project.mjs';
import { startProduct } from './product.mjs';
import { startServer } from './server.mjs';
import { Widget, listen } from './widget.mjs';

/** Starts everything; `env` goes to the server. The project takes keys from the product's pages only. */
export async function setStage({ env } = {}) {
  const [browser, server] = await Promise.all([launch(), startServer({ env })]);
  const product = await startProduct(server.url);
  const project = await createProject(server, { origins: [product.origin] });
  let customers = 0;
  return {
    browser,
    server,
    product,
    project,
    /** Somebody with no keys yet. */
    customer: () => `customer_${(customers += 1)}`,
    /** Opens a page in a fresh profile. `prepare(page)` runs before anything is loaded. */
    async visit(url, { prepare, ...settings } = {}) {
      const page = await openTab(browser, settings);
      await listen(page);
      await prepare?.(page);
      await page.goto(url);
      return { page, widget: new Widget(page), close: () => page.context().close() };
    },
    async strike() {
      await browser.close();
      await product.stop();
      await server.stop();
    },
  };
}
