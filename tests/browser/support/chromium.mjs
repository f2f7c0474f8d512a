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

/** Viewports that screenshots are taken at. */
export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 900 };
