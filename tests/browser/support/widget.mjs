// `<byo-connect>` on a page, as a person uses it.
import assert from 'node:assert/strict';

/** How an action may end. */
const OUTCOMES = ['tested', 'connected', 'rotated', 'disconnected', 'reverted', 'error', 'load-error'];

/** To be called before the page is opened: keeps the widget's events and the policy's complaints. */
export async function listen(page) {
  await page.addInitScript((names) => {
    globalThis.byoEvents = [];
    globalThis.violations = [];
    for (const name of names) {
      addEventListener(`byo-${name}`, ({ detail }) => globalThis.byoEvents.push({ name, detail: { ...detail, message: detail?.message } }));
    }
    addEventListener('securitypolicyviolation', (event) => {
      globalThis.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
    });
  }, OUTCOMES);
}

/** The page's one widget. */
export class Widget {
  #page;

  constructor(page) {
    this.#page = page;
    this.host = page.locator('byo-connect');
    this.input = this.part('input');
  }

  part(name) {
    return this.host.locator(`[part="${name}"]`);
  }

  /** Waits until it has come up. */
  async ready() {
    await this.host.and(this.#page.locator('[data-state]')).waitFor({ state: 'attached' });
  }

  state() {
    return this.host.getAttribute('data-state');
  }

  async choose(provider) {
    const choices = this.part('provider');
    if (await choices.and(this.#page.locator('select')).count()) await choices.selectOption(provider);
    else await choices.locator(`label:has(input[value="${provider}"])`).click();
  }

  /** Types a key, one stroke after the other. */
  async type(key) {
    await this.input.click();
    await this.#page.keyboard.type(key);
  }

  /** Presses a button and waits for what comes of it; gives the state and the event. */
  press(part) {
    return this.outcome(() => this.part(part).click());
  }

  /** Does something and waits for the event that tells how it ended. */
  async outcome(action) {
    const { length } = await this.events();
    await action();
    await this.#page.waitForFunction((before) => globalThis.byoEvents.length > before, length);
    return { state: await this.state(), event: (await this.events())[length] };
  }

  events() {
    return this.#page.evaluate(() => globalThis.byoEvents);
  }

  /** Types a key, submits it and expects it to be stored; gives what the server answered. */
  async connect(key) {
    await this.type(key);
    const { state, event } = await this.press('submit');
    assert.equal(state, 'connected', await this.alert());
    assert.match(event.name, /^(connected|rotated)$/);
    return event.detail;
  }

  /** Types a key, submits it and expects a refusal; gives the error and the words for it. */
  async refused(key) {
    await this.type(key);
    const { state, event } = await this.press('submit');
    assert.equal(state, 'error');
    assert.equal(event.name, 'error');
    return { error: event.detail, alert: await this.alert() };
  }

  /** Disconnects the key of this provider, whose name is typed to confirm it; gives the state and the event. */
  async disconnect(provider = 'openai') {
    await this.part('disconnect').click();
    await this.part('word').fill(provider);
    return this.press('confirm');
  }

  /** What is said to be wrong. */
  alert() {
    return this.part('error').innerText();
  }
}
