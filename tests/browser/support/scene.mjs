// One tab, in which the widget is led from a fresh page into one state after the other.
import assert from 'node:assert/strict';
import { FramedWidget } from './frame.mjs';
import { createProject } from './project.mjs';
import { Widget } from './widget.mjs';

/** What a browser on another origin may read. */
const READABLE = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after' };

/** What a state's steps are taken with; members may be taken out of it. */
export class Scene {
  #stage;

  constructor(stage, { page, close }) {
    this.#stage = stage;
    Object.assign(this, { page, close });
    for (const name of ['hold', 'reply', 'moveTo', 'connect', 'backend']) this[name] = this[name].bind(this);
  }

  /** Opens the tab. `prepare(page)` runs before anything is loaded into it. */
  static async open(stage, { prepare }) {
    return new Scene(stage, await stage.visit('about:blank', { prepare }));
  }

  /**
   * Sets up a page for somebody new and takes the steps that lead to a state, one of those in `states/`.
   *
   * `state` is what the element then says of itself, `says` a text that is then to be read, and `steps(scene)` what a
   * person does on a fresh page. How that page is made: `attributes` of the element; `as` a `session`, with its `wishes`,
   * or with a `publishable` key; `policy`; `tag` of another element; `apart` at another site than byo's. In a `framed` one
   * the parts are in the frame. What has happened before it opens: `before(scene)`.
   *
   * Not for this: `prepare(page)`, what the page runs before all else, in a tab of its own; `mute`, where other languages
   * cannot be had because they are still to be loaded; `shades`, where it is meant for pages of those alone.
   */
  async play({ state, says, steps, before, framed = false, ...circumstances }) {
    const { page } = this;
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    this.widget = framed ? new FramedWidget(page) : new Widget(page);
    this.refId = this.#stage.customer();
    this.project = this.#stage.project.test;
    await before?.(this);
    // A frame that is held up would keep the page from having loaded.
    await page.goto(await this.#address(circumstances), { waitUntil: 'domcontentloaded' });
    await steps?.(this);
    // Nothing is to be seen that only a pointer brings out.
    await page.mouse.move(0, 0);
    if (state) await this.widget.host.and(page.locator(`[data-state="${state}"]`)).waitFor();
    const place = framed ? this.widget.frame.locator('body') : page.locator('byo-connect, byo-badge');
    if (says) await place.getByText(says).filter({ visible: true }).first().waitFor();
  }

  /** Has the widget speak this language from now on. */
  async speak(language) {
    await this.widget.host.evaluate((element, language) => (element.lang = language), language);
    await this.widget.part('root').locator(`xpath=self::*[@lang="${language}"]`).waitFor();
  }

  /** Leaves requests to these addresses without an answer; `first` is settled by the first of them. */
  async hold(pattern) {
    let asked;
    const first = new Promise((resolve) => (asked = resolve));
    await this.page.route(pattern, () => asked());
    return { first };
  }

  /** Answers in the server's place. */
  reply(pattern, json, { status = 200, headers = {} } = {}) {
    return this.page.route(pattern, (route) => route.fulfill({ status, json, headers: { ...READABLE, ...headers } }));
  }

  /** On with a project of its own. */
  async moveTo(project) {
    const { server, product } = this.#stage;
    this.project = (await createProject(server, { origins: [product.origin, named(product.origin)], ...project })).test;
  }

  /** Connects a key as the product's backend would. */
  connect(key) {
    return this.project.connect(this.refId, key);
  }

  /** Has something else done to it. */
  async backend(action) {
    const { status, body } = await this.project.call('POST', `/v1/keys/${action}`, { refId: this.refId, provider: 'openai' });
    assert.equal(status, 200, JSON.stringify(body));
  }

  async #address({ tag, as = 'session', wishes, attributes = {}, policy, apart = false }) {
    const { product } = this.#stage;
    const given = typeof attributes === 'function' ? await attributes(this) : attributes;
    if (tag) return product.page(given, { tag });
    const { project, refId } = this;
    const token = as === 'session' ? { 'session-token': (await project.session(refId, wishes)).token } : { 'publishable-key': project.publishableKey };
    const address = product.page({ ...token, 'ref-id': refId, ...given }, { policy });
    return apart ? named(address) : address;
  }
}

/** The same under a name, which is another site than byo's number. */
const named = (address) => address.replace('127.0.0.1', 'localhost');
