// The reader's language: on the hosted page, and in the widget.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { photograph } from './support/screenshots.mjs';
import { setStage } from './support/stage.mjs';
import { buildWords } from '../../widget/npm/test/words.mjs';

const NARROW = { width: 360, height: 800 };

let stage, words;

before(async () => {
  [stage, words] = await Promise.all([setStage(), buildWords()]);
});
after(async () => {
  await stage?.strike();
  await words?.remove();
});

// --- The hosted page

const HOSTED = {
  'de-AT': ['de', 'Verbinden Sie Ihren KI-Anbieter mit Tideline', 'Alles erledigt. Sie können diese Seite schließen.', /^Noch 15 Minuten geöffnet$/],
  'es-MX': ['es', 'Conecte su proveedor de IA a Tideline', 'Todo listo. Ya puede cerrar esta página.', /^Abierta 15 minutos más$/],
  ja: ['ja', 'AIプロバイダーをTidelineに接続', '完了しました。このページは閉じてかまいません。', /^あと15分間開いています$/],
  fr: ['en', 'Connect your AI provider to Tideline', 'All done. You can close this page.', /^Open for 15 more minutes$/],
};

for (const [locale, [language, title, done, expiry]] of Object.entries(HOSTED)) {
  test(`the hosted page speaks ${language} to a browser that is set to ${locale}`, async () => {
    const { url } = await stage.project.test.session(stage.customer());
    const { page, widget, close } = await stage.visit(url, { locale, viewport: NARROW });
    await page.locator('#sheet[data-state="ready"]').waitFor();
    assert.equal(await page.getAttribute('html', 'lang'), language);
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), title);
    assert.equal(await page.title(), title);
    assert.match(await page.locator('#expiry').innerText(), expiry);
    await assertInside(page);
    await widget.connect('sk-byo-test-valid-1');
    await page.locator('.done', { hasText: done }).waitFor();
    await assertInside(page);
    await picture(page, `hosted-${language}`);
    assert.deepEqual(await page.evaluate(() => violations), []);
    await close();
  });
}

test('a link that is of no use says so in the reader’s language, and fits a phone', async () => {
  for (const [locale, incomplete, expired] of [
    ['de', 'Dieser Link ist unvollständig', 'Dieser Link ist abgelaufen'],
    ['es', 'Este enlace está incompleto', 'Este enlace ha caducado'],
    ['ja', 'リンクが不完全です', 'リンクの有効期限が切れました'],
  ]) {
    for (const [hash, title] of [['', incomplete], ['#byo_cs_test_nobody', expired]]) {
      const { page, close } = await stage.visit(`${stage.server.url}/connect${hash}`, { locale, viewport: NARROW });
      await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
      await assertInside(page);
      await close();
    }
  }
});

/** Nothing runs out of the page to the side. */
async function assertInside(page) {
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, 'something is wider than the page');
}

// --- The widget

/** A text that each language's chunk alone has. */
const MARKS = { de: 'Anbieter', es: 'Proveedor', ja: 'プロバイダー' };
const CONNECT = { en: 'Connect OpenAI', de: 'OpenAI verbinden', es: 'Conectar OpenAI', ja: 'OpenAI を接続' };

for (const [language, attributes] of [
  ['en', {}],
  ['de', { lang: 'de-AT' }],
  ['es', { lang: 'ja', locale: 'es-MX' }],
  ['ja', { lang: 'ja' }],
  ['en', { lang: 'pt-BR' }],
]) {
  test(`${JSON.stringify(attributes)} is said in ${language}, and no other language is fetched`, async () => {
    const { page, widget, chunks, close } = await customer(attributes);
    await submitSays(widget, CONNECT[language]);
    assert.equal(await widget.part('root').getAttribute('lang'), language);
    const fetched = readable((await chunks()).join(''));
    const heard = Object.entries(MARKS).filter(([, mark]) => fetched.includes(mark));
    assert.deepEqual(heard.map(([name]) => name), language === 'en' ? [] : [language]);
    assert.deepEqual(await page.evaluate(() => violations), []);
    await close();
  });
}

test('without a `lang` anywhere it is the browser’s language', async () => {
  const { page, widget, close } = await customer({}, { locale: 'es-AR' });
  await page.evaluate(() => {
    document.documentElement.removeAttribute('lang');
    document.body.append(document.querySelector('byo-connect'));
  });
  await submitSays(widget, CONNECT.es);
  await close();
});

test('the nearest `lang` is heard through a shadow root, and the element’s own when it changes', async () => {
  const { page, widget, close } = await customer({});
  await submitSays(widget, CONNECT.en);
  await page.evaluate(() => {
    const host = document.createElement('section');
    host.lang = 'de';
    host.attachShadow({ mode: 'open' }).append(document.querySelector('byo-connect'));
    document.querySelector('main').append(host);
  });
  await submitSays(widget, CONNECT.de);
  await widget.host.evaluate((element) => (element.lang = 'ja'));
  await submitSays(widget, CONNECT.ja);
  await widget.host.evaluate((element) => (element.locale = 'es'));
  await submitSays(widget, CONNECT.es);
  assert.equal(await widget.host.getAttribute('locale'), 'es');
  await widget.host.evaluate((element) => (element.locale = null));
  await submitSays(widget, CONNECT.ja);
  await close();
});

test('another language takes what was typed, tested and said with it', async () => {
  const { widget, close } = await customer({ lang: 'de' });
  await submitSays(widget, CONNECT.de);
  await widget.type('sk-byo-test-no-quota-1');
  await widget.press('test');
  await widget.part('status').getByText('kein Guthaben mehr').waitFor();
  await widget.host.evaluate((element) => (element.lang = 'es'));
  await widget.part('status').getByText('no queda saldo').waitFor();
  assert.equal(await widget.input.getAttribute('placeholder'), 'Clave lista, aún sin guardar');
  const { event } = await widget.press('submit');
  assert.equal(event.name, 'connected');
  await widget.part('heading').getByText('OpenAI conectado').waitFor();
  await close();
});

test('before its first words a language keeps its room, and English is said after a second', async () => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const prepare = async (page) => {
    await page.route(/\/connect\/\w+\.js$/, async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      if (text.includes(MARKS.de)) await held;
      await route.fulfill({ response, body: text });
    });
  };
  const { page, widget, close } = await customer({ lang: 'de' }, { prepare });
  await widget.ready();
  assert.equal(await widget.part('root').isVisible(), false);
  assert.ok(await widget.host.evaluate((element) => element.offsetHeight > 100), 'there is room');
  await submitSays(widget, CONNECT.en);
  assert.equal(await widget.part('root').isVisible(), true);
  release();
  await submitSays(widget, CONNECT.de);
  await close();
});

test('a language that cannot be fetched is English, and the field works', async () => {
  const prepare = (page) =>
    page.route(/\/connect\/\w+\.js$/, async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      return readable(text).includes(MARKS.ja) ? route.abort() : route.fulfill({ response, body: text });
    });
  const { widget, close } = await customer({ lang: 'ja' }, { prepare });
  await submitSays(widget, CONNECT.en);
  await widget.connect('sk-byo-test-valid-1');
  await close();
});

test('a page’s own words are text, and what is wrong with them is told without stopping anybody', async () => {
  const { page, widget, close } = await customer({ lang: 'de' });
  await submitSays(widget, CONNECT.de);
  await widget.host.evaluate((element) => (element.messages = { connect: '<img src=x onerror=alert(1)> {provider}' }));
  await submitSays(widget, '<img src=x onerror=alert(1)> OpenAI');
  assert.equal(await widget.host.locator('img').count(), 0);
  assert.equal(await widget.part('test').innerText(), 'Testen');

  const { event } = await widget.outcome(() => widget.host.evaluate((element) => (element.messages = { conect: 'Los' })));
  assert.equal(event.name, 'load-error');
  assert.equal(event.detail.code, 'invalid_messages');
  assert.match(event.detail.message, /"conect"/);
  await submitSays(widget, CONNECT.de);
  assert.equal(await widget.state(), 'idle');
  await widget.connect('sk-byo-test-valid-1');
  assert.deepEqual(await page.evaluate(() => violations), []);
  await close();
});

test('a fifth language is registered by the page', async () => {
  const { page, widget, close } = await customer({ lang: 'fr' });
  await submitSays(widget, CONNECT.en);
  await page.evaluate(async (byo) => {
    const { registerLocale } = await import(`${byo}/connect.js`);
    registerLocale('fr', async () => ({ default: { connect: 'Connecter {provider}' } }));
    document.querySelector('byo-connect').lang = 'fr-CA';
  }, stage.server.url);
  await submitSays(widget, 'Connecter OpenAI');
  assert.equal(await widget.part('test').innerText(), 'Test');
  await close();
});

for (const language of ['de', 'es', 'ja']) {
  test(`${language}: on a phone, nothing is left in English in any state, and nothing runs out`, async () => {
    const { page, widget, close } = await customer({ lang: language, provider: null, providers: 'openai azure ollama' }, { viewport: NARROW });
    await submitSays(widget, CONNECT[language]);
    const look = async (state) => {
      assert.deepEqual(await left(widget, words.english), [], `${language}, ${state}`);
      assert.deepEqual(await outside(widget), [], `${language}, ${state}`);
      await assertInside(page);
    };
    await look('idle');
    await picture(page, `widget-${language}-idle`);
    for (const provider of ['azure', 'ollama', 'openai']) {
      await widget.choose(provider);
      await look(provider);
    }
    for (const key of ['valid', 'restricted', 'no-quota', 'rate-limited', 'not-provable', 'rejected', 'denied', 'unreachable']) {
      await widget.type(`sk-byo-test-${key}-1`);
      await look(`${key} typed`);
      await widget.press('test');
      await look(`${key} tested`);
      await widget.host.evaluate((element) => element.clear());
    }
    await widget.refused('sk-byo-test-rejected-1');
    await look('refused');
    await picture(page, `widget-${language}-refused`);
    await widget.connect('sk-byo-test-no-quota-1');
    await look('connected');
    await picture(page, `widget-${language}-connected`);
    await widget.part('replace').click();
    await look('replacing');
    await widget.part('cancel').click();
    await widget.part('disconnect').click();
    await look('asking');
    await picture(page, `widget-${language}-asking`);
    await widget.part('keep').click();
    await widget.part('revert').click();
    await widget.part('word').press('Enter');
    await look('asking whether to give up all keys');
    await picture(page, `widget-${language}-revert`);
    await widget.part('word').fill(words.languages[language].revertWord);
    await widget.press('confirm');
    await look('reverted');
    await widget.host.evaluate((element) => (element.providerConfig = { baseUrl: 'https://openrouter.ai/api/v1' }));
    await widget.part('fixed').waitFor({ state: 'visible' });
    await look('fixed');
    await page.route('**/.well-known/byo-keys.json', (route) => route.abort());
    await widget.host.evaluate((element) => (element.trustRoot = `byo_root_${'A'.repeat(42)}E`));
    await widget.part('retry').waitFor({ state: 'visible' });
    await look('barred');
    await picture(page, `widget-${language}-barred`);
    await close();
  });

  test(`${language}: every text has the room it needs on a phone`, async () => {
    const { widget, close } = await customer({ lang: language }, { viewport: NARROW });
    await submitSays(widget, CONNECT[language]);
    const table = words.languages[language];
    const some = (pattern) => Object.entries(table).filter(([key]) => pattern.test(key)).map(([, text]) => filled(text));
    const over = async (places) => {
      for (const [part, pattern, lines] of places) assert.deepEqual(await tooLong(widget.part(part), some(pattern), lines), [], `${language}, ${part}`);
    };
    assert.deepEqual(await tooLongInside(widget.input, some(/^(placeholder\.|key(Sealed|Kept|Ready)$)/)), []);
    await over([
      ['submit', /^(connect|connecting|replace|replacing)$/, 1],
      ['test', /^(test|testing)$/, 1],
      ['cancel', /^cancel$/, 1],
      ['link', /^where$/, 1],
      ['chip', /^testMode$/, 1],
      ['endpoint-toggle', /^customEndpoint$/, 1],
      ['hint', /^(hint|help)\./, 5],
    ]);
    await widget.refused('sk-byo-test-rejected-1');
    await over([['error', /^error\./, 9]]);
    await widget.connect('sk-byo-test-valid-1');
    await over([
      ['heading', /^heading$/, 1],
      ['verdict', /\.(title|next)$/, 6],
      ['replace', /^replace$/, 1],
      ['disconnect', /^disconnect$/, 1],
      ['revert', /^revert$/, 1],
      ['mode', /^mode\./, 1],
    ]);
    await widget.part('disconnect').click();
    await over([
      ['confirm', /^(disconnect|disconnecting)$/, 1],
      ['keep', /^keep$/, 1],
      ['question', /^(disconnectQuestion|revertQuestion)$/, 4],
    ]);
    await widget.part('keep').click();
    await widget.part('revert').click();
    await over([
      ['confirm', /^(revert|disconnecting)$/, 1],
      ['keep', /^cancel$/, 1],
      ['wrong', /^wrongWord$/, 1],
    ]);
    await close();
  });
}

test('what is too long, or left in English, would be seen', async () => {
  const { widget, close } = await customer({ lang: 'de' }, { viewport: NARROW });
  await submitSays(widget, CONNECT.de);
  await widget.host.evaluate((element) => (element.messages = { test: 'Test' }));
  await widget.host.getByText('Test', { exact: true }).waitFor();
  assert.deepEqual(await left(widget, words.english), ['Test']);
  const long = 'Verbindungsaufnahme mit dem ausgewählten Anbieter starten';
  assert.deepEqual(await tooLong(widget.part('submit'), [long, 'Los'], 1), [long]);
  assert.deepEqual(await tooLongInside(widget.input, [long, 'Los']), [long]);
  await widget.part('submit').evaluate((node) => (node.style.minWidth = '400px'));
  assert.notDeepEqual(await outside(widget), []);
  await close();
});

// --- The badge

const BADGE = {
  en: 'Keys sealed in your browser · byo',
  de: 'Schlüssel werden im Browser versiegelt · byo',
  es: 'Las claves se cifran en su navegador · byo',
  ja: 'キーはブラウザー内で暗号化されます · byo',
};

for (const [language, text] of Object.entries(BADGE)) {
  test(`the badge says it in ${language}, within the element and by itself`, async () => {
    const { page, widget, close } = await customer({ locale: language }, { viewport: NARROW });
    await submitSays(widget, CONNECT[language]);
    assert.equal(await widget.host.locator('byo-badge a').innerText(), text);
    await page.evaluate((lang) => {
      const badge = document.createElement('byo-badge');
      badge.id = 'alone';
      document.body.lang = `${lang}-x-other`;
      document.body.append(badge);
    }, language);
    const alone = page.locator('#alone');
    const says = () => alone.locator('a').innerText();
    assert.equal(await says(), text);
    await alone.evaluate((badge) => badge.setAttribute('locale', 'ES-mx'));
    assert.equal(await says(), BADGE.es);
    assert.equal(await alone.locator('span[lang]').first().getAttribute('lang'), 'es');
    await alone.evaluate((badge) => badge.setAttribute('locale', 'fr'));
    assert.equal(await says(), BADGE.en);
    await assertInside(page);
    await close();
  });
}

/** Pictures at every width; afterwards it is a phone again. */
async function picture(page, name) {
  await photograph(page, name);
  await page.setViewportSize(NARROW);
}

/** A page with the element, for somebody with no keys yet; `chunks` gives what it has fetched so far. */
async function customer(attributes, { prepare, ...settings } = {}) {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  const fetched = [];
  const url = stage.product.page({ 'session-token': token, 'ref-id': refId, provider: 'openai', ...attributes });
  const visited = await stage.visit(url, {
    ...settings,
    prepare: async (page) => {
      page.on('response', (response) => response.url().includes('/connect/') && fetched.push(response.text().catch(() => '')));
      await prepare?.(page);
    },
  });
  return { ...visited, refId, chunks: () => Promise.all(fetched) };
}

/** With the longest values that there are. Without a Japanese font, what stands for a letter is one em wide as well. */
function filled(text) {
  const values = { provider: 'Google Gemini', label: 'OpenAI API key', count: 128, key: 'a1B2', time: '2026-11-21, 23:59', word: 'openrouter' };
  return text.replaceAll(/\{(\w+)\}/g, (place, name) => values[name] ?? place).replaceAll(/[\u3000-\u9fff\uff00-\uffef]/g, '—\u200b');
}

/** Texts of the element that are English ones. */
async function left(widget, english) {
  const said = await widget.host.evaluate(({ shadowRoot }) => {
    const texts = [];
    const visit = (node) => {
      if (node instanceof Element && (!node.checkVisibility() || node.localName === 'code' || node.matches('[part="test-key"]'))) return;
      if (node instanceof Text) texts.push(node.data);
      else if (node instanceof Element) texts.push(...['placeholder', 'aria-label', 'title', 'aria-description'].map((name) => node.getAttribute(name) ?? ''));
      node.childNodes.forEach(visit);
    };
    visit(shadowRoot);
    return texts.map((text) => text.trim()).filter(Boolean);
  });
  const patterns = Object.values(english).map((text) => new RegExp(`^${text.split(/\{\w+\}/).map(RegExp.escape ?? escape).join('.+')}$`, 's'));
  return said.filter((text) => patterns.some((pattern) => pattern.test(text)));
}

/** Parts that reach out of the element. */
function outside(widget) {
  return widget.host.evaluate((element) => {
    const box = element.getBoundingClientRect();
    const parts = [...element.shadowRoot.querySelectorAll('[part]')].filter((node) => node.checkVisibility());
    return parts.filter((node) => node.getBoundingClientRect().right > box.right + 1 || node.getBoundingClientRect().left < box.left - 1).map((node) => node.outerHTML);
  });
}

/** Which of these texts take more lines than there are for them, or run out of the element. */
function tooLong(part, texts, lines) {
  return part.evaluate((node, { texts, lines }) => {
    const edge = node.getRootNode().host.getBoundingClientRect().right + 1;
    const before = [...node.childNodes];
    const range = document.createRange();
    const long = texts.filter((text) => {
      node.replaceChildren(text);
      range.selectNodeContents(node);
      const rows = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      return rows.size > lines || node.getBoundingClientRect().right > edge || range.getBoundingClientRect().right > node.getBoundingClientRect().right;
    });
    node.replaceChildren(...before);
    return long;
  }, { texts, lines });
}

/** Which of these texts an empty field cannot show whole. */
function tooLongInside(input, texts) {
  return input.evaluate((node, texts) => {
    const { paddingLeft, paddingRight } = getComputedStyle(node);
    const room = node.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    const pen = document.createElement('canvas').getContext('2d');
    pen.font = getComputedStyle(node, '::placeholder').font;
    return texts.filter((text) => pen.measureText(text).width > room);
  }, texts);
}

function escape(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Waits until the button that connects says this. */
function submitSays(widget, text) {
  return widget.part('submit').and(widget.host.getByText(text, { exact: true })).waitFor();
}

/** A script with its letters as they are read; bundlers write some by their numbers. */
function readable(script) {
  return script.replaceAll(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2}))/gi, (_, long, short) => String.fromCharCode(parseInt(long ?? short, 16)));
}
