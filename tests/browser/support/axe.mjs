// What axe-core finds wrong with a page as it stands.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails with every violation and its place; `state` says what was looked at. */
export async function assertAccessible(page, state) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const told = violations.map(({ id, nodes }) => {
    const places = nodes.map(({ target, failureSummary }) => `${target.flat().join(' ')} (${failureSummary})`);
    return `${id}: ${places.join('; ')}`;
  });
  assert.equal(told.join('\n'), '', state);
}
