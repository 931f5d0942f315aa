// SPDX-License-Identifier: EUPL-1.2
// One person at the pages: goes, tabs, types, and looks at each page as a person with less sight,
// without a mouse, or on a narrow screen does.
import fs from 'node:fs';
import AxeBuilder from '@axe-core/playwright';

const TABS_MOST = 120;
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 320, height: 640 };   // 1280 px at 400 % is the same page

let failed = 0;

export function fact(name, holds, ...seen) {
  console.log(`${holds ? 'ok' : 'not ok'} ${name}`);
  if (holds) return;
  failed += 1;
  for (const thing of seen) console.log(`    ${JSON.stringify(thing)}`.slice(0, 2000));
}

export const failures = () => failed;

export class Walker {
  constructor(town, name) {
    Object.assign(this, { town, name, user: town.users[name] });
  }

  async open(chromium, language = 'nl-NL', plain = false) {
    const { origin, certPath, keyPath } = this.user;
    this.context = await chromium.newContext({
      ignoreHTTPSErrors: true, locale: language, viewport: WIDE,
      javaScriptEnabled: true,   // for axe alone: the pages have none
      clientCertificates: [{ origin, certPath, keyPath }],
    });
    this.page = await this.context.newPage();
    this.plain = plain;
    this.page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 4'))
        fact(`${this.name}: the browser has nothing to complain of`, false, message.text());
    });
    if (plain) {
      const body = fs.readFileSync(this.town.plain);
      await this.page.route('**/stijl-*.css', (route) =>
        route.fulfill({ body, contentType: 'text/css; charset=utf-8' }));
    }
    return this;
  }

  async close() { await this.context.close(); }
  async go(path) { return (await this.page.goto(this.user.origin + path)).status(); }
  text() { return this.page.locator('main').innerText(); }
  path() { return new URL(this.page.url()).pathname; }

  // --- by keyboard ---

  // Tabs until what has the focus fits the selector; every stop must be seen.
  async tabTo(selector) {
    for (let i = 0; i < TABS_MOST; i += 1) {
      await this.page.keyboard.press('Tab');
      const at = await this.page.evaluate((wanted) => {
        const here = document.activeElement;
        const style = getComputedStyle(here);
        return { fits: here.matches(wanted),
                 seen: here === document.body || style.outlineStyle !== 'none' || style.boxShadow !== 'none',
                 what: here.outerHTML.slice(0, 120) };
      }, selector);
      if (!at.seen) fact(`${this.name}: focus is seen on ${at.what}`, false);
      if (at.fits) return true;
    }
    throw new Error(`${this.name}: no tab leads to ${selector} on ${this.page.url()}`);
  }

  async type(name, text) {
    await this.tabTo(`[name="${name}"]`);
    if (text) await this.page.keyboard.type(text);
  }

  // Arrows, as a person does; a group of radios is one stop.
  async choose(name, value) {
    await this.tabTo(`[name="${name}"]`);
    for (let i = 0; i < 40; i += 1) {
      const now = await this.page.evaluate(() => document.activeElement.value);
      const checked = await this.page.evaluate(() => document.activeElement.checked);
      if (now === value) {
        if (checked === false) await this.page.keyboard.press('Space');
        return;
      }
      await this.page.keyboard.press('ArrowDown');
    }
    throw new Error(`${this.name}: ${name} cannot be made ${value}`);
  }

  async press(selector) {
    await this.tabTo(selector);
    await this.enter();
  }

  async enter() {
    const loaded = this.page.waitForEvent('load');
    await this.page.keyboard.press('Enter');
    await loaded;
  }

  // --- looking ---

  async axe(name) {
    const { violations, incomplete } = await new AxeBuilder({ page: this.page }).setLegacyMode(true).analyze();
    fact(`${name}: axe finds nothing`, violations.length === 0, ...violations.map((one) =>
      ({ rule: one.id, help: one.help, at: one.nodes.slice(0, 3).map((node) => [node.html, node.failureSummary]) })));
    // A sign has the colour of the word beside it, which is measured; what lies over something else
    // is so for where the page was scrolled to.
    const open = incomplete.flatMap((one) => one.nodes.map((node) => [one.id, node.html, node.failureSummary]))
      .filter(([, html, why]) => !html.includes('"wp-sign"') && !/partially overlaps/.test(why));
    fact(`${name}: axe leaves nothing undecided`, open.length === 0, ...open);
  }

  async fitsNarrow(name) {
    await this.page.setViewportSize(NARROW);
    const over = await this.page.evaluate(() => {
      const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
      const who = [...document.querySelectorAll('body *')].filter((one) =>
        one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .slice(0, 4).map((one) => one.outerHTML.slice(0, 160));
      return { wide, who };
    });
    fact(`${name}: nothing scrolls sideways at 320 px`, over.wide <= 0, over);
    await this.picture(`${name}-320`);
    await this.page.setViewportSize(WIDE);
  }

  async picture(name) {
    const file = name.replace(/[^a-z0-9-]+/gi, '-').toLowerCase();
    await this.page.screenshot({ path: `${this.town.pictures}/${this.plain ? 'plain-' : ''}${file}.png`, fullPage: true });
  }

  // Everything that holds for every page in every state.
  async look(name) {
    const said = this.plain ? `${name}, plain` : name;
    const title = await this.page.title();
    fact(`${said}: one h1, and a title that says page and organisation`,
      (await this.page.locator('h1').count()) === 1 && / - /.test(title), title);
    await this.axe(said);
    await this.picture(name);
    await this.fitsNarrow(this.plain ? `${name}, plain` : name);
  }
}
