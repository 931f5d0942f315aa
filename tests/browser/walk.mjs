// SPDX-License-Identifier: EUPL-1.2
// walk.mjs TOWN.JSON: each user's story, told at the pages.
import fs from 'node:fs';
import { chromium } from 'playwright-core';
import { deskStories } from './desk.mjs';
import { Walker, fact, failures } from './walker.mjs';

const town = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));

async function workerAnswers(browser) {
  const worker = await new Walker(town, 'ontvanger').open(browser);
  await worker.go('/');
  await worker.look('start van een ontvanger');
  fact('the start page begins with what is late', /te laat/i.test(await worker.text()), await worker.text());
  await worker.page.keyboard.press('Tab');
  await worker.page.keyboard.press('Enter');
  fact('the first tab skips to the content', worker.page.url().endsWith('#inhoud'), worker.page.url());

  await worker.go('/postvak');
  await worker.look('postvak');
  const states = await worker.page.locator('.wp-table .wp-state').allInnerTexts();
  fact('late ones stand first', /te laat/.test(states[0]) && /nieuw/.test(states.at(-1)), states);
  await worker.press('.wp-table a');
  fact('one click leads to the signal', /^\/postvak\/[0-9a-f-]{36}$/.test(worker.path()), worker.path());
  await worker.look('signaal, nog niet aangenomen');

  await worker.press('form button');
  fact('accepted with the keyboard', /U hebt het signaal aangenomen/.test(await worker.text()), await worker.text());
  await worker.look('signaal, aangenomen');
  await worker.choose('code', 'GEHV');
  const asks = await worker.page.locator('[name=vervolgstap]').isVisible();
  fact('no request for help asks for its next step', asks);
  await worker.press('form[action$="/antwoord"] button');
  fact('A31: without it, the same page says what is missing',
    (await worker.page.locator('[role=alert]').count()) === 1 &&
    (await worker.page.locator('[name=vervolgstap]').getAttribute('aria-invalid')) === 'true', await worker.text());
  await worker.look('antwoord zonder vervolgstap');
  await worker.tabTo('[name=vervolgstap]');
  await worker.page.keyboard.type('nieuw');
  await worker.press('form[action$="/antwoord"] button');
  fact('answered with the keyboard', /Uw antwoord is vastgelegd/.test(await worker.text()) &&
    /nieuw bezoek/.test(await worker.text()), await worker.text());
  await worker.look('signaal, beantwoord');
  await worker.close();
}

async function workerPassesOn(browser) {
  const worker = await new Walker(town, 'ontvanger').open(browser);
  await worker.go('/postvak?toon=nieuw');
  await worker.look('postvak, nieuw');
  await worker.press('.wp-table a');
  await worker.press('form button');
  await worker.tabTo('[name=naar]');
  await worker.page.keyboard.type('GGZ');
  await worker.press('form[action$="/overdracht"] button');
  await worker.look('signaal, doorzetten gevraagd');
  fact('asked to pass it on', /✓\S*\s+Gevraagd om het signaal door te zetten/.test(await worker.text()), await worker.text());
  // the reporter has no word of the resident for another: its gateway says no, as soon as it is asked
  const path = worker.path();
  for (let i = 0; i < 60 && !/Dat gaat niet/.test(await worker.text()); i += 1) {
    await worker.page.waitForTimeout(250);
    await worker.go(path);
  }
  fact('refused: said in a sentence, with to whom', /Doorzetten\s+Dat gaat niet\. Geen bepaling laat dit signaal naar die organisatie gaan\. \(GGZ Voorbeeld\)/.test(await worker.text()), await worker.text());
  await worker.look('signaal, doorzetten geweigerd');
  await worker.close();
}

async function secrecyIsSaid(browser) {
  const worker = await new Walker(town, 'ggz').open(browser);
  await worker.go('/postvak');
  await worker.press('.wp-table a');
  await worker.look('ggz, nog niet aangenomen');
  fact('before accepting: the reporter does not see it', /de melder ziet niet dat u dit doet/.test(await worker.text()), await worker.text());
  await worker.press('form button');
  fact('what is chosen stays here', /Wat u hier kiest, blijft bij u/.test(await worker.text()), await worker.text());
  await worker.look('ggz, aangenomen');
  await worker.choose('bevestigd', 'ja');
  await worker.press('form[action$="/toestemming"] button');
  fact('first contact: recorded, and not asked again', /Vastgelegd wat de bewoner zei/.test(await worker.text()) &&
    (await worker.page.locator('[name=bevestigd]').count()) === 0, await worker.text());
  await worker.look('ggz, nagevraagd');
  await worker.close();
}

async function melderReports(browser) {
  const melder = await new Walker(town, 'melder').open(browser);
  await melder.go('/');
  await melder.look('start van een melder');
  await melder.press('a[href="/melden"]');
  await melder.look('melden');
  await melder.tabTo('[name=signaalcode]');
  await melder.page.keyboard.type('Burenruzie');
  await melder.type('postcode', '1234AB');
  await melder.type('huisnummer', '9');
  await melder.choose('akkoord', 'ja');
  await melder.enter();
  await melder.look('melden, bekijken');
  await melder.press('form[action="/melden/versturen"] button');
  fact('a signal is reported with the keyboard alone', /Verstuurd naar Buurtteam Voorbeeldstad/.test(await melder.text()), await melder.text());
  await melder.look('melden, verstuurd');
  await melder.go('/mijn-meldingen');
  fact('one line per signal says who is late', /Te laat bij Buurtteam/.test(await melder.text()), await melder.text());
  await melder.look('mijn meldingen');
  await melder.close();
}

const LOOKED_AT = {
  melder: ['/toestemming', '/toestemming/nieuw', '/toestemming/zoeken', '/mag-dit', '/wegwijzer', '/afspraken', '/postvak', '/nergens'],
  ggz: ['/', '/postvak'],
  regie: ['/', '/mijn-meldingen', '/cijfers'],
  auditor: ['/', '/logboek', '/mag-dit'],
  fg: ['/', '/logboek', '/toestemming'],
  convenant: ['/', '/mag-dit'],
  beheerder: ['/'],
};

async function othersLook(browser) {
  for (const [name, paths] of Object.entries(LOOKED_AT)) {
    const walker = await new Walker(town, name).open(browser);
    for (const path of paths) {
      await walker.go(path);
      await walker.look(`${name} op ${path}`);
    }
    await walker.close();
  }
}

// By hand, where npm was not: each kind of page once.
async function plainLooks(browser) {
  const paths = { ontvanger: ['/', '/postvak?toon=alles'], melder: ['/melden', '/mijn-meldingen', '/toestemming/nieuw', '/mag-dit', '/postvak'], auditor: ['/logboek'] };
  for (const [name, list] of Object.entries(paths)) {
    const walker = await new Walker(town, name).open(browser, 'en-GB', true);
    for (const path of list) {
      await walker.go(path);
      await walker.look(`${name} op ${path}`);
    }
    await walker.close();
  }
}

async function printed(browser) {
  const worker = await new Walker(town, 'ontvanger').open(browser);
  await worker.go('/postvak?toon=alles');
  await worker.page.emulateMedia({ media: 'print' });
  fact('printed: no menu, no buttons', !(await worker.page.locator('nav').first().isVisible()));
  await worker.picture('postvak, op papier');
  await worker.page.emulateMedia({ media: 'screen', forcedColors: 'active' });
  await worker.picture('postvak, in kleuren van de lezer');
  await worker.close();
}

const atDesk = (story) => Object.defineProperty((browser) => story(town, browser), 'name', { value: story.name });

const browser = await chromium.launch({
  executablePath: town.browser,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--lang=nl-NL'],
  env: { ...process.env, LANG: 'nl_NL.UTF-8', LANGUAGE: 'nl' },
});
try {
  for (const story of [workerAnswers, workerPassesOn, secrecyIsSaid, melderReports, othersLook, plainLooks, printed, ...deskStories.map(atDesk)]) {
    try {
      await story(browser);
    } catch (error) {
      fact(`${story.name} could be told to its end`, false, String(error.stack ?? error));
    }
  }
} finally {
  await browser.close();
}
process.exit(failures() ? 1 : 0);
