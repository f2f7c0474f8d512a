// The browser that xtask found or installed, driven by playwright-core.
import { chromium } from 'playwright-core';
import { required } from './environment.mjs';

// Nothing but the pages under test: the browser's own background traffic would only be refused or leak.
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the browser. The caller closes it. */
export function launch() {
  return chromium.launch({ executablePath: required('BYO_CHROMIUM'), args: FLAGS });
}

/** A fresh profile with one tab. Nothing here takes seconds; what does hangs. */
export async function openTab(browser, settings) {
  const context = await browser.newContext({ viewport: DESKTOP, colorScheme: 'light', reducedMotion: 'reduce', ...settings });
  context.setDefaultTimeout(15_000);
  return context.newPage();
}

/** Viewports that screenshots are taken at. */
export const PHONE = { width: 360, height: 800 };
export const DESKTOP = { width: 1280, height: 900 };
