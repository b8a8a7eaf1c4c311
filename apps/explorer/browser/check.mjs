// Looks at every page of a running explorer in a browser.
//
//   node check.mjs http://127.0.0.1:8090 [FOLDER]
//
// With and without JavaScript, at 390 and 1440 pixels: each page must answer, say nothing in the console, load nothing from
// elsewhere, be no wider than the window, and be clean of what axe finds. Screenshots go to FOLDER. It ends with 1 if
// anything is wrong.

import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const WIDTHS = [390, 1440];
const PATIENCE = 20_000;

const [base, folder = 'screenshots'] = process.argv.slice(2);
if (!base) {
  console.error('usage: node check.mjs URL [FOLDER]');
  process.exit(2);
}
const origin = new URL(base).origin;
const faults = [];
const fault = (where, what) => { faults.push(`${where}: ${what}`); console.log(`✗ ${where}: ${what}`); };

const rows = async (list) => {
  const answer = await fetch(`${origin}/api/v1/${list}`);
  if (!answer.ok) throw new Error(`${list} answered ${answer.status}`);
  return (await answer.json()).rows;
};

/** Addresses of every kind of page, by what this index has. */
const everyPage = async () => {
  const pages = new Map(Object.entries({
    home: '/', subnets: '/subnets', validators: '/validators', tao: '/tao', blocks: '/blocks', governance: '/governance',
    lists: '/lists', api: '/api', search: '/search?q=1', 'search-nothing': '/search?q=nothing%20is%20called%20so',
  }));
  const [subnet] = await rows('subnets?show=present&limit=1&sort=neurons&order=desc');
  if (subnet) {
    const path = `/subnet/${subnet.netuid}`;
    pages.set('subnet', path);
    pages.set('subnet-sorted', `${path}?sort=stake&order=desc&role=miner`);
    const [neuron] = await rows(`neurons?netuid=${subnet.netuid}&limit=1`);
    if (neuron) {
      pages.set('hotkey', `/account/${neuron.hotkey}`);
      pages.set('coldkey', `/account/${neuron.coldkey}`);
    }
  }
  const [block] = await rows('blocks?limit=1');
  if (block) pages.set('block', `/block/${block.number}`);
  const [extrinsic] = await rows('extrinsics?limit=1');
  if (extrinsic) pages.set('extrinsic', `/extrinsic/${extrinsic.id}`);
  const [signed] = await rows('extrinsics?limit=1&signed=1');
  if (signed) pages.set('extrinsic-signed', `/extrinsic/${signed.id}`);
  const [event] = await rows('events?limit=1');
  if (event) pages.set('event', `/event/${event.id}`);
  const [referendum] = await rows('referenda?limit=1');
  if (referendum) pages.set('referendum', `/referendum/${referendum.number}`);
  const document = await (await fetch(`${origin}/api/v1/openapi.json`)).json();
  for (const [address, { get }] of Object.entries(document.paths)) {
    const name = address.replace('/api/v1/', '');
    if (!name.endsWith('.csv') && get.parameters.some((parameter) => parameter.name === 'limit')) {
      pages.set(`list-${name}`, `/list/${name}`);
    }
  }
  return pages;
};

/** Notes what a page says in the console, fails to load, or loads from elsewhere. */
const listen = (page, where) => {
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) fault(where(), `console: ${message.text()}`);
  });
  page.on('pageerror', (error) => fault(where(), `script: ${error.message}`));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) fault(where(), `asks for ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) fault(where(), `${response.url()} answered ${response.status()}`);
  });
};

const accessible = async (page, where) => {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  for (const violation of found.violations) {
    const nodes = violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ');
    fault(where, `axe ${violation.id} (${violation.impact}): ${violation.help}: ${nodes}`);
  }
};

const version = createRequire(import.meta.url)('playwright-core/package.json').version;
console.log(`playwright-core ${version}, axe ${axe.version}`);
await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS, headless: true,
});
let looked = 0;
try {
  const pages = await everyPage();
  for (const width of WIDTHS) {
    for (const javaScriptEnabled of [true, false]) {
      for (const colorScheme of javaScriptEnabled ? ['light', 'dark'] : ['light']) {
        const context = await browser.newContext({
          viewport: { width, height: 900 }, javaScriptEnabled, colorScheme, serviceWorkers: 'block',
        });
        const page = await context.newPage();
        page.setDefaultTimeout(PATIENCE);
        let now = '';
        listen(page, () => now);
        for (const [name, address] of pages) {
          const kind = `${width}-${javaScriptEnabled ? colorScheme : 'noscript'}`;
          now = `${address} at ${kind}`;
          // News keep a connection open: there is no idle network to wait for.
          const answer = await page.goto(origin + address, { waitUntil: 'load', timeout: PATIENCE });
          if (!answer?.ok()) fault(now, `answered ${answer?.status()}`);
          if (!(await page.locator('h1').textContent())?.trim()) fault(now, 'it has no heading');
          if (javaScriptEnabled) {
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            if (wide > 0) fault(now, `it is ${wide} px wider than the window`);
            await accessible(page, now);
          }
          await page.screenshot({ path: path.join(folder, `${name}-${kind}.png`), fullPage: width < 1000 ? false : true });
          looked += 1;
        }
        if (javaScriptEnabled && pages.has('subnet')) {
          now = `sorting at ${width}`;
          await page.goto(origin + pages.get('subnet'), { waitUntil: 'load' });
          await page.locator('#metagraph th a', { hasText: 'Stake' }).click();
          await page.waitForURL(/sort=stake/);
          await page.locator('#metagraph th[aria-sort]', { hasText: 'Stake' }).waitFor();
          now = `filtering at ${width}`;
          const filtered = page.waitForResponse((response) => response.url().includes('q=0'));
          await page.locator('#metagraph input[name=q]').fill('0');
          await filtered;
          await page.waitForURL(/q=0/);
        }
        if (!javaScriptEnabled && pages.has('subnet')) {
          now = `filtering without JavaScript at ${width}`;
          await page.goto(origin + pages.get('subnet'), { waitUntil: 'load' });
          await page.locator('#metagraph input[name=q]').fill('0');
          await page.locator('#metagraph form.filter button').click();
          await page.waitForURL(/q=0/);
        }
        await context.close();
      }
    }
  }
} finally {
  await browser.close();
}
console.log(`${looked} looks, ${faults.length} faults; screenshots in ${folder}`);
process.exit(faults.length ? 1 : 0);
