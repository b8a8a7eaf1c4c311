// Looks at every page of a running explorer in a browser.
//
//   node check.mjs http://127.0.0.1:8090 [FOLDER] [--planted] [--brief]
//
// With and without JavaScript, at 390 and 1440 pixels, light and dark: each page must answer as it should, say nothing in the
// console, load nothing from elsewhere, be no wider than the window, lead elsewhere by links that say so, open no dialog, and
// be clean of what axe finds. Tables are sorted and filtered, searches sent, and where a chain is followed a page must move on
// by itself. `--planted` wants an index whose names are attempts to run scripts (`explorer synthetic --hostile`), and to see
// them as text. `--brief` looks once with and once without JavaScript, and at a few lists. Screenshots go to FOLDER. It ends with 1 if anything is wrong.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { axe, chromium, FLAGS, version } from './browser.mjs';
import { everyPage, rows } from './pages.mjs';

const WIDTHS = [390, 1440];
const PATIENCE = 20_000;
/** Until the chain has a new final block. */
const BLOCK = 60_000;
/** Lists that a brief look leaves out: all but these. */
const FEW = ['list-receipts', 'list-neurons', 'list-extrinsics'];
/** Windows: width, with JavaScript, colours. */
const WINDOWS = WIDTHS.flatMap((width) => [[width, true, 'light'], [width, true, 'dark'], [width, false, 'light']]);
const FEW_WINDOWS = [[390, true, 'dark'], [1440, false, 'light']];
/** What is planted in names runs this. */
const PLANTED = 'alert(1)';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const [planted, brief] = ['--planted', '--brief'].map((word) => process.argv.includes(word));
const [base, folder = 'screenshots'] = words;
if (!base) {
  console.error('usage: node check.mjs URL [FOLDER] [--planted] [--brief]');
  process.exit(2);
}
const origin = new URL(base).origin;
const faults = [];
const fault = (where, what) => { faults.push(`${where}: ${what}`); console.log(`✗ ${where}: ${what}`); };

/** Notes what a page says in the console, fails to load, loads from elsewhere, or opens. */
const listen = (page, now) => {
  page.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return;
    // A browser says by itself that a page isn't there; that this is so is checked where the page is asked for.
    if (now.status >= 400 && message.text().startsWith('Failed to load resource')) return;
    fault(now.where, `console: ${message.text()}`);
  });
  page.on('pageerror', (error) => fault(now.where, `script: ${error.message}`));
  page.on('dialog', (dialog) => {
    fault(now.where, `a script ran: it says ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) fault(now.where, `asks for ${request.url()}`);
  });
  page.on('response', (response) => {
    // A page that isn't there isn't there when it looks for news either.
    const expected = response.url() === origin + now.path ? now.status : null;
    if (response.status() >= 400 && response.status() !== expected) {
      fault(now.where, `${response.url()} answered ${response.status()}`);
    }
  });
};

/** What can be seen of a page with or without JavaScript. */
const shape = async (page, where) => {
  const { wide, odd, broken } = await page.evaluate((origin) => {
    const leads = (link) => new URL(link.href, origin);
    const isOdd = (link) => {
      const to = leads(link);
      if (!['http:', 'https:'].includes(to.protocol)) return true;
      const rel = (link.getAttribute('rel') ?? '').split(' ');
      return to.origin !== origin && !['noopener', 'noreferrer', 'nofollow', 'ugc'].every((word) => rel.includes(word));
    };
    const lines = (cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
    };
    return {
      wide: document.documentElement.scrollWidth - window.innerWidth,
      odd: [...document.links].filter(isOdd).map((link) => link.outerHTML.slice(0, 160)),
      broken: [...document.querySelectorAll('td.unbroken, td.number')].filter((cell) => lines(cell) > 1)
        .map((cell) => cell.textContent),
    };
  }, origin);
  if (wide > 0) fault(where, `it is ${wide} px wider than the window`);
  for (const link of odd.slice(0, 3)) fault(where, `a link that it shouldn't have: ${link}`);
  if (broken.length) fault(where, `${broken.length} addresses or numbers wrap: ${broken.slice(0, 3).join(', ')}`);
};

const accessible = async (page, where) => {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  for (const violation of found.violations) {
    const nodes = violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ');
    fault(where, `axe ${violation.id} (${violation.impact}): ${violation.help}: ${nodes}`);
  }
};

/** Sorts and filters the metagraph in place, and looks at what a search and a next page do. */
const useWithScript = async (page, now, pages, width) => {
  if (pages.has('subnet')) {
    Object.assign(now, { where: `sorting at ${width}`, status: 200 });
    await page.goto(origin + pages.get('subnet').path, { waitUntil: 'load' });
    await page.locator('#metagraph th a', { hasText: 'Stake' }).click();
    await page.waitForURL(/sort=stake/);
    await page.locator('#metagraph th[aria-sort]', { hasText: 'Stake' }).waitFor();
    now.where = `filtering at ${width}`;
    const filtered = page.waitForResponse((response) => response.url().includes('q=0'));
    await page.locator('#metagraph input[name=q]').fill('0');
    await filtered;
    await page.waitForURL(/q=0/);
  }
  Object.assign(now, { where: `the rest of a table at ${width}`, status: 200 });
  await page.goto(`${origin}/`, { waitUntil: 'load' });
  const rest = page.locator('#blocks .more a', { hasText: 'Next' });
  if (await rest.count()) {
    await rest.click();
    await page.locator('h1', { hasText: 'Blocks' }).waitFor();
  }
  now.where = `the page moves on at ${width}`;
  const { finalized, trouble } = await (await fetch(`${origin}/health`)).json();
  if (finalized !== null && !trouble) {
    await page.goto(`${origin}/`, { waitUntil: 'load' });
    const before = await page.locator('#state').textContent();
    await page.waitForFunction((before) => document.getElementById('state').textContent !== before, before, { timeout: BLOCK })
      .catch(() => fault(now.where, `nothing new within ${BLOCK / 1000} s`));
  }
};

/** The same by forms and links alone. */
const useWithoutScript = async (page, now, pages, width) => {
  Object.assign(now, { where: `searching without JavaScript at ${width}`, status: 200 });
  await page.goto(`${origin}/`, { waitUntil: 'load' });
  await page.locator('#q').fill('subnets');
  await page.locator('form.search button').click();
  await page.waitForURL(/search\?q=subnets|list\/subnets/);
  if (!pages.has('subnet')) return;
  now.where = `filtering without JavaScript at ${width}`;
  await page.goto(origin + pages.get('subnet').path, { waitUntil: 'load' });
  await page.locator('#metagraph input[name=q]').fill('0');
  await page.locator('#metagraph form.filter button').click();
  await page.waitForURL(/q=0/);
  now.where = `sorting without JavaScript at ${width}`;
  await page.locator('#metagraph th a', { hasText: 'Stake' }).click();
  await page.waitForURL(/sort=stake/);
};

/** Looks at all pages in one kind of window. */
const lookAt = async (browser, pages, { width, javaScriptEnabled, colorScheme }) => {
  const context = await browser.newContext({
    viewport: { width, height: 900 }, javaScriptEnabled, colorScheme, serviceWorkers: 'block',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const now = { where: '', path: '', status: 200 };
  listen(page, now);
  // axe is a script: what it looks at where pages have none is the page with its own script taken out.
  const bare = javaScriptEnabled ? null : await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const still = bare && await bare.newPage();
  await still?.route('**/assets/live.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
  if (still) listen(still, now);
  const kind = `${width}-${javaScriptEnabled ? colorScheme : 'noscript'}`;
  let shown = 0;
  for (const [name, { path: address, status }] of pages) {
    Object.assign(now, { where: `${address} at ${kind}`, path: address, status });
    // News keep a connection open: there is no idle network to wait for.
    const answer = await page.goto(origin + address, { waitUntil: 'load', timeout: PATIENCE });
    if (answer?.status() !== status) fault(now.where, `answered ${answer?.status()}, not ${status}`);
    if (!(await page.locator('h1').textContent())?.trim()) fault(now.where, 'it has no heading');
    shown += (await page.locator('body').textContent()).includes(PLANTED);
    await shape(page, now.where);
    await still?.goto(origin + address, { waitUntil: 'load', timeout: PATIENCE });
    await accessible(still ?? page, now.where);
    await page.screenshot({ path: path.join(folder, `${name}-${kind}.png`), fullPage: width >= 1000 });
  }
  if (planted && shown < 3) fault(kind, `what was planted is to be read on ${shown} pages: that should be 3 at least`);
  await (javaScriptEnabled ? useWithScript : useWithoutScript)(page, now, pages, width);
  await context.close();
  await bare?.close();
  return pages.size;
};

console.log(`playwright-core ${version}, axe ${axe.version}`);
await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS, headless: true,
});
let looked = 0;
try {
  if (planted && !(await rows(origin, 'subnets')).some((subnet) => subnet.name.includes(PLANTED))) {
    fault(origin, 'nothing is planted in its names');
  }
  const pages = await everyPage(origin);
  if (brief) {
    for (const name of [...pages.keys()].filter((name) => name.startsWith('list-') && !FEW.includes(name))) pages.delete(name);
  }
  for (const [width, javaScriptEnabled, colorScheme] of brief ? FEW_WINDOWS : WINDOWS) {
    looked += await lookAt(browser, pages, { width, javaScriptEnabled, colorScheme });
  }
} finally {
  await browser.close();
}
console.log(`${looked} looks, ${faults.length} faults; screenshots in ${folder}`);
process.exit(faults.length ? 1 : 0);
