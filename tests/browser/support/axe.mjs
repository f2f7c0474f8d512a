// What axe-core finds wrong with a page as it stands, and with the frames in it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** What is asked of a page and not of a frame in one. */
const OF_PAGES = ['region', 'landmark-one-main', 'page-has-heading-one', 'bypass'];

/** Fails with every violation and its place; `state` says what was looked at. */
export async function assertAccessible(page, state) {
  for (const frame of shown(page)) assert.equal((await violations(frame)).join('\n'), '', frame.parentFrame() ? `${state}, in the frame` : state);
}

/** The page and those frames in it that have come. */
export function shown(page) {
  return page.frames().filter((frame) => !frame.isDetached() && /^https?:/.test(frame.url()));
}

/** A frame lets the page behind it show, where axe does not look. */
async function paint(frame) {
  const colour = await frame.parentFrame().evaluate(() => getComputedStyle(document.body).backgroundColor);
  await frame.evaluate((colour) => (document.documentElement.style.background = colour), colour);
}

async function violations(frame) {
  if (!(await frame.evaluate(() => 'axe' in globalThis))) await frame.evaluate(axe);
  if (frame.parentFrame()) await paint(frame);
  const rules = Object.fromEntries(frame.parentFrame() ? OF_PAGES.map((id) => [id, { enabled: false }]) : []);
  // Each frame is looked at by itself.
  const { violations } = await frame.evaluate((rules) => globalThis.axe.run(document, { iframes: false, rules }), rules);
  return violations.map(({ id, nodes }) => {
    const places = nodes.map(({ target, failureSummary }) => `${target.flat().join(' ')} (${failureSummary})`);
    return `${id}: ${places.join('; ')}`;
  });
}
