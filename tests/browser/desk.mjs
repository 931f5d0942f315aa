// SPDX-License-Identifier: EUPL-1.2
// At the desk and behind it: a report in under a minute, what a resident chose, "mag dit?", and the
// auditor's questions. Each state of each page is looked at.
import { Walker, fact } from './walker.mjs';

// Ninety keys a minute is slow; reading the plan takes the rest of it.
const KEYS_MOST = 70;

function counting(walker) {
  const { keyboard } = walker.page;
  const press = keyboard.press.bind(keyboard);
  const type = keyboard.type.bind(keyboard);
  const counted = { keys: 0 };
  keyboard.press = (key) => { counted.keys += 1; return press(key); };
  keyboard.type = (text) => { counted.keys += text.length; return type(text); };
  return counted;
}

async function inAMinute(town, browser) {
  const melder = await new Walker(town, 'melder').open(browser);
  await melder.go('/melden');
  const counted = counting(melder);
  await melder.tabTo('[name=signaalcode]');
  await melder.page.keyboard.type('Geluid');
  await melder.type('postcode', '1234AB');
  await melder.type('huisnummer', '13');
  await melder.choose('akkoord', 'ja');
  await melder.enter();
  await melder.press('form[action="/melden/versturen"] button');
  fact('a report takes a slow typist less than a minute', counted.keys <= KEYS_MOST &&
    /Verstuurd naar/.test(await melder.text()), counted.keys, await melder.text());
  console.log(`    ${counted.keys} keys, 4 fields, 2 buttons`);
  await melder.close();
}

async function fill(walker, action, values) {
  const form = walker.page.locator(`form[action="${action}"]`);
  for (const [name, value] of Object.entries(values)) {
    const input = form.locator(`[name="${name}"]`).first();
    const kind = await input.evaluate((one) => one.type);
    if (kind === 'radio' || kind === 'checkbox') {
      await form.locator(`[name="${name}"][value="${value}"]`).check();
    } else if (kind.startsWith('select')) {
      await input.selectOption({ value });
    } else {
      await input.fill(value);
    }
  }
  const loaded = walker.page.waitForEvent('load');
  await form.locator('button').click();
  await loaded;
}

async function whatDoesNotGo(town, browser) {
  const melder = await new Walker(town, 'melder').open(browser);
  const look = async (values, name) => {
    await melder.go('/melden');
    await melder.page.locator('details').evaluateAll((all) => all.forEach((one) => { one.open = true; }));
    await fill(melder, '/melden/bekijken', { postcode: '1234AB', huisnummer: '15', akkoord: 'ja', ...values });
    await melder.look(name);
    return melder.text();
  };
  fact('no article: refused, with what may be done',
    /kan zo niet weg/.test(await look({ signaalcode: 'OVL.STANK' }, 'melden, geweigerd')));
  fact('no consent: it counts', /telt alleen mee/.test(await look({ signaalcode: 'OVL.GELUID', akkoord: 'nee' }, 'melden, telt mee')));
  fact('a wrong postcode is said beside it', /Vul de postcode in/.test(await look({ signaalcode: 'OVL.GELUID', postcode: '12' }, 'melden, fout')));
  const arrears = await look({
    signaalcode: 'FIN.HUURACHTERSTAND', akkoord: 'nee', bedragAchterstand: '612,50', contactpoging: town.today,
    gewezenOpHulp: town.today, schriftelijkeHerinnering: town.today, bezwaar: 'nee', huidigeHuurder: 'ja',
    regelingLoopt: 'nee', meerderjarig: 'ja' }, 'melden, huurachterstand');
  fact('rent arrears go by law', /de wet schrijft dit voor/.test(arrears), arrears);
  await melder.close();
}

async function residentDecides(town, browser) {
  const desk = await new Walker(town, 'melder').open(browser);
  const record = '/toestemming/nieuw/vastleggen';
  await desk.go('/toestemming/nieuw');
  await fill(desk, record, { postcode: '1234AB', huisnummer: '21', doelen: 'TOELEIDING' });
  await desk.look('toestemming, half');
  fact('half a choice is asked for', /Kruis aan wie het mag weten/.test(await desk.text()), await desk.text());
  await desk.page.locator('[name=ontvangers]').first().check();
  await desk.page.locator('[name=signaalgroepen][value=OVERLAST]').check();
  await desk.press(`form[action="${record}"] button`);
  await desk.look('toestemming, vastgelegd');
  fact('recorded, with the slip', /Vastgelegd/.test(await desk.text()) && /Bewaar dit papier/.test(await desk.text()), await desk.text());
  await desk.go('/toestemming');
  await desk.look('toestemming, lijst');
  await desk.go('/toestemming/zoeken');
  await fill(desk, '/toestemming/zoeken/adres', { postcode: '1234AB', huisnummer: '21' });
  await desk.look('toestemming, gevonden');
  await desk.tabTo('summary');
  await desk.page.keyboard.press('Enter');
  await desk.press('form[action$="/stoppen"] button');
  await desk.look('toestemming, gestopt');
  fact('stopped with the keyboard', /Het is gestopt/.test(await desk.text()), await desk.text());
  await desk.press('a[href^="/toestemming/verklaring/"]');
  await desk.picture('toestemming, verklaring');
  await desk.close();
}

async function anybodyAsks(town, browser) {
  const asker = await new Walker(town, 'ggz').open(browser);
  await asker.go('/mag-dit');
  const to = await asker.page.locator('[name=naar] option').nth(1).getAttribute('value');
  await fill(asker, '/mag-dit/antwoord', { naar: to, signaalcode: 'ZORG.EENZAAM', wijze: 'TOESTEMMING' });
  await asker.look('mag dit, antwoord');
  await fill(asker, '/mag-dit/antwoord', { naar: 'POLITIE', signaalcode: 'X.PSYCHISCH', wijze: 'TOESTEMMING' });
  await asker.look('mag dit, nee');
  fact('A44: the answer comes first', /^Mag dit\?\s+\S*\s*Nee, dit mag niet/.test(await asker.text()), await asker.text());
  await asker.close();
}

async function auditorAsks(town, browser) {
  const auditor = await new Walker(town, 'auditor').open(browser);
  await auditor.go('/logboek');
  await auditor.press('a[href="/logboek?vraag=partij"]');
  await auditor.look('logboek, vraag over een partij');
  await auditor.tabTo('[name=partij]');
  await auditor.page.keyboard.type('Buurt');
  await auditor.press('form[action="/logboek/vraag"] button');
  await auditor.look('logboek, antwoord');
  fact('what went to a partner, asked with the keyboard', (await auditor.page.locator('.wp-table tbody tr').count()) > 3, await auditor.text());
  await auditor.go('/logboek?vraag=adres');
  await auditor.look('logboek, vraag over een adres');
  await fill(auditor, '/logboek/vraag', { postcode: '1234AB', huisnummer: '21' });
  await auditor.look('logboek, over een adres');
  fact('an address is never in the address bar', auditor.path() === '/logboek/vraag' && !auditor.page.url().includes('1234'), auditor.page.url());
  await auditor.close();
}

export const deskStories = [inAMinute, whatDoesNotGo, residentDecides, anybodyAsks, auditorAsks];
