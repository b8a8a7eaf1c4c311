// Looks at the page of a running gateway in a browser, and asks it something.
//
//   node gateway.mjs http://127.0.0.1:8080 [FOLDER] [KEY]
//
// At 390 and 1440 pixels, light and dark: the page must answer a question, say nothing in the console, load nothing from
// elsewhere, be no wider than the window, and be clean of what axe finds, on each of its tabs, of which there is none for what no
// subnet does. A public gateway wants KEY, an API key, and then the page must say what is left to it. Screenshots go to FOLDER.
// It ends with 1 if anything is wrong.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { axe, chromium, FLAGS } from './browser.mjs';

const QUESTION = 'What is 17 + 25?';
const PATIENCE = 60_000;
/** Tabs beside the chat, and what a gateway serves that has them. */
const BESIDE = [['picture', 'images'], ['forecast', 'market']];

const [base, folder = 'screenshots', key = ''] = process.argv.slice(2);
if (!base) {
  console.error('usage: node gateway.mjs URL [FOLDER] [KEY]');
  process.exit(2);
}
const origin = new URL(base).origin;
const faults = [];
const fault = (where, what) => { faults.push(`${where}: ${what}`); console.log(`✗ ${where}: ${what}`); };

/** Notes what the page says in the console, fails to load, or loads from elsewhere. */
const listen = (page, where) => {
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) fault(where(), `console: ${message.text()}`);
  });
  page.on('pageerror', (error) => fault(where(), `script: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, origin: from } = new URL(request.url());
    if (!['data:', 'blob:'].includes(protocol) && from !== origin) fault(where(), `asks for ${request.url()}`);
  });
};

const look = async (page, where, name) => {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) fault(where, `it is ${wide} px wider than the window`);
  // Not by a script element: the page's policy forbids those, and should.
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  for (const violation of found.violations) {
    const nodes = violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ');
    fault(where, `axe ${violation.id} (${violation.impact}): ${violation.help}: ${nodes}`);
  }
  await page.screenshot({ path: path.join(folder, `gateway-${name}.png`) });
};

/** Shows the key where one is wanted; what the page then says. */
const showKey = async (page, where) => {
  const { public: wanted } = await (await fetch(`${origin}/health`)).json();
  if (!wanted) return;
  await page.locator('#key').waitFor();
  if (!key) {
    fault(where, 'this gateway wants an API key: give one');
    return;
  }
  await page.locator('#key').fill(key);
  await page.locator('#use-key').click();
  await page.locator('#usage', { hasText: 'used by this key' }).waitFor();
};

const ask = async (page, where) => {
  await page.locator('#question').fill(QUESTION);
  await page.locator('#send').click();
  const answered = page.locator('.said.assistant small');
  const failed = page.locator('#chat-error:not([hidden])');
  await answered.or(failed).first().waitFor();
  if (await failed.count()) fault(where, `no answer: ${await failed.textContent()}`);
  else if (!(await answered.textContent()).startsWith('miner uid')) fault(where, 'it does not say who answered');
};

/** Makes the page believe that the gateway serves `serves`, and waits until it has the tabs for that. */
const pretend = async (page, serves) => {
  await page.unrouteAll({ behavior: 'wait' });
  await page.route('**/health', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), serves } });
  });
  for (const [tab, subnet] of BESIDE) {
    await page.locator(`#tab-${tab}`).waitFor({ state: serves.includes(subnet) ? 'visible' : 'hidden' });
  }
};

/** Tabs come and go with the subnets; who looks at one that goes is back at the chat. */
const comeAndGo = async (page, where) => {
  await pretend(page, ['text', 'images']);
  await page.locator('#tab-chat').focus();
  await page.keyboard.press('ArrowRight');
  if (!(await page.locator('#picture').isVisible())) fault(where, 'the arrow leads nowhere');
  await page.keyboard.press('ArrowRight');
  if (!(await page.locator('#chat').isVisible())) fault(where, 'the arrow leads to a tab that is not there');
  await page.locator('#tab-picture').click();
  await pretend(page, ['text']);
  if (!(await page.locator('#chat').isVisible())) fault(where, 'it shows what no subnet does any more');
  if (!(await page.locator('#tab-chat').evaluate((tab) => tab === document.activeElement))) fault(where, 'the focus is lost');
  await page.unrouteAll({ behavior: 'wait' });
};

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS, headless: true,
});
let looked = 0;
try {
  for (const width of [390, 1440]) {
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({
        viewport: { width, height: 900 }, colorScheme, serviceWorkers: 'block',
      });
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      const kind = `${width}-${colorScheme}`;
      let now = `chat at ${kind}`;
      listen(page, () => now);
      await page.goto(origin, { waitUntil: 'load' });
      await showKey(page, now);
      await ask(page, now);
      await look(page, now, `chat-${kind}`);
      looked += 1;
      for (const [tab, subnet] of BESIDE) {
        now = `${tab} at ${kind}`;
        const { serves } = await (await fetch(`${origin}/health`)).json();
        if (!serves.includes(subnet)) {
          const gone = page.locator(`#tab-${tab}`).waitFor({ state: 'hidden' });
          await gone.catch(() => fault(now, 'it offers what no subnet does'));
          continue;
        }
        await page.locator(`#tab-${tab}`).click();
        await look(page, now, `${tab}-${kind}`);
        looked += 1;
      }
      if (kind === '390-light') await comeAndGo(page, `tabs at ${kind}`);
      await context.close();
    }
  }
} finally {
  await browser.close();
}
console.log(`${looked} looks, ${faults.length} faults; screenshots in ${folder}`);
process.exit(faults.length ? 1 : 0);
