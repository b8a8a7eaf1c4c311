// The browser and what looks for faults in its pages: the packages beside this file, or in the folder that
// GANGLION_BROWSER_NODE names.

import { createRequire } from 'node:module';
import path from 'node:path';

const folder = process.env.GANGLION_BROWSER_NODE;
const packages = createRequire(folder ? path.join(path.resolve(folder), 'package.json') : import.meta.url);

export const axe = packages('axe-core');
export const { chromium } = packages('playwright-core');
/** Of the package that drives the browser. */
export const { version } = packages('playwright-core/package.json');

/** Without window and sandbox, and with nothing that calls home. */
export const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--no-proxy-server',
];
