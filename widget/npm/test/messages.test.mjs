// What is said, in every language: that nothing is missing, and how the words of a page come about.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { buildWords, LANGUAGES, SOURCE } from './words.mjs';

let built;

before(async () => {
  built = await buildWords();
});
after(() => built?.remove());

// --- The tables

for (const name of LANGUAGES) {
  test(`${name}: there are words for what English has words for, and for nothing else`, () => {
    assert.deepEqual(Object.keys(built.languages[name]).sort(), Object.keys(built.english).sort());
  });

  test(`${name}: values go where they go in English`, () => {
    for (const [key, text] of Object.entries(built.languages[name])) {
      assert.deepEqual(places(text), places(built.english[key]), `${key}: ${text}`);
    }
  });

  test(`${name}: nothing is in English by accident`, () => {
    const { english, languages } = built;
    const left = Object.keys(english).filter((key) => languages[name][key] === english[key]);
    assert.deepEqual(left, []);
    for (const [key, text] of Object.entries(languages[name])) {
      // What stands in quotation marks is what a provider's page says.
      const own = text.replaceAll(/[„«「].*?[“»」]/g, '').replaceAll(/\{\w+\}/g, '');
      assert.doesNotMatch(own, /\b(the|your|you|this|that|not|and|for|with|key|keys|page|again|please|try|is|are|it|of|to)\b/i, key);
      if (name === 'ja') assert.match(own, /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u, key);
    }
  });

  test(`${name}: names are as they call themselves`, () => {
    const names = [...built.providers.map(({ label }) => label.replace(/ (Gemini|AI|OpenAI)$/, '')), 'WebAssembly', 'wasm-unsafe-eval', 'byo', 'Ollama'];
    for (const [key, text] of Object.entries(built.english)) {
      for (const proper of names.filter((proper) => text.includes(proper))) {
        assert.ok(built.languages[name][key].includes(proper), `${key} does not name ${proper}`);
      }
    }
  });
}

test('every language is written with its own marks', () => {
  const { english, languages } = built;
  const all = (table, pattern) => Object.entries(table).filter(([, text]) => pattern.test(text)).map(([key]) => key);
  const code = /'wasm-unsafe-eval'/;
  const straight = (table) => Object.entries(table).filter(([, text]) => /['"]/.test(text.replace(code, ''))).map(([key]) => key);
  for (const table of [english, ...Object.values(languages)]) {
    assert.deepEqual(straight(table), []);
    assert.deepEqual(all(table, /\.\.\.|  |^\s|\s$|[<>&]/), []);
  }
  // The customer is Sie, usted, and addressed politely.
  assert.deepEqual(all(languages.de, /\b(du|dein\w*|dir|dich)\b/i), []);
  assert.deepEqual(all(languages.es, /\b(tú|tu|tus|vos|vosotros|ustedes)\b/i), []);
  assert.deepEqual(all(languages.ja, /(である|だ|った|ない)。/), []);
});

test('every verdict has words', async () => {
  const union = /export type Verdict =([^;]+);/.exec(await readFile(join(SOURCE, 'error.ts'), 'utf8'))[1];
  const verdicts = [...union.matchAll(/"(\w+)"/g)].map(([, verdict]) => verdict);
  assert.equal(verdicts.length, 8);
  for (const verdict of [...verdicts, 'unknown']) {
    for (const part of ['title', 'next']) assert.ok(built.english[`verdict.${verdict}.${part}`], `${verdict}.${part}`);
  }
});

test('every code of the server has words', async () => {
  const api = JSON.parse(await readFile(new URL('../../../docs/openapi.json', import.meta.url), 'utf8'));
  const codes = api.components.schemas.Code.enum;
  assert.ok(codes.length > 30);
  assert.deepEqual(codes.filter((code) => !built.english[`error.${code}`]), []);
});

test('every code that the package itself gives has words', async () => {
  const files = (await readdir(SOURCE, { recursive: true })).filter((path) => path.endsWith('.ts'));
  const texts = await Promise.all(files.map((path) => readFile(join(SOURCE, path), 'utf8')));
  const codes = new Set(texts.flatMap((text) => [...text.matchAll(/(?:misuse\(\s*|\bcode: )"(\w+)"/g)].map(([, code]) => code)));
  assert.ok(codes.has('busy') && codes.has('load_failed'));
  // Said to the page alone: words that are not in order, and the end of a call whose frame is gone.
  codes.delete('invalid_messages');
  codes.delete('frame_lost');
  // Names the option, or the field in the reader's language.
  codes.delete('invalid_option');
  assert.deepEqual([...codes].filter((code) => !built.english[`error.${code}`] && !built.english[`hint.${code}`]), []);
});

test('every provider has words on where its keys are, and on its field where the shape of a key says nothing', async () => {
  for (const { id, keyPlaceholder } of built.providers) {
    assert.ok(built.english[`help.${id}`], id);
    // A shape is one word, which needs no language.
    if (!keyPlaceholder || /\s/.test(keyPlaceholder)) assert.ok(built.english[`placeholder.${id}`], id);
  }
  const known = new Set(built.providers.map(({ id }) => id));
  const named = Object.keys(built.english).flatMap((key) => /^(?:help|placeholder)\.(\w+)$/.exec(key)?.[1] ?? []);
  assert.deepEqual(named.filter((id) => !known.has(id)), []);
});

test('the hosted page has the same words in every language, with the same places', async () => {
  const source = await readFile(new URL('../../../www/connect/words.js', import.meta.url), 'utf8');
  const { words } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
  assert.deepEqual(Object.keys(words), ['en', ...LANGUAGES]);
  for (const [name, table] of Object.entries(words)) {
    assert.deepEqual(Object.keys(table), Object.keys(words.en), name);
    for (const [key, text] of Object.entries(table)) {
      assert.deepEqual(places(text), places(words.en[key]), `${name} ${key}`);
      if (name !== 'en') assert.notEqual(text, words.en[key], `${name} ${key}`);
    }
  }
  const page = await readFile(new URL('../../../www/connect/connect.js', import.meta.url), 'utf8');
  for (const [, key] of page.matchAll(/\bsay\("([\w.]+)"\)/g)) assert.ok(words.en[key], key);
});

// --- Which words are said

/** What is fetched, by name; what to do instead of fetching. */
let fetched;
let instead;

beforeEach(() => {
  fetched = [];
  instead = {};
  globalThis.byoFetch = async (name) => {
    fetched.push(name);
    await instead[name]?.();
  };
});

test('English is at hand, and nothing is fetched for it', async () => {
  const { wordsFor, wordsNow } = await built.open();
  for (const locale of ['en', 'en-GB', '', 'x', 'de_DE', 'fr', 'constructor', '__proto__']) assert.equal(wordsFor(locale), undefined, locale);
  assert.equal(wordsNow()('connect', { provider: 'OpenAI' }), 'Connect OpenAI');
  assert.equal(wordsNow().locale, 'en');
  assert.deepEqual(fetched, []);
});

test('the English that comes with the actions is there when it has come', async () => {
  const { wordsFor, wordsNow, learn } = await built.open();
  const all = [wordsNow(), (await wordsFor('en', { test: 'Try' })).words];
  for (const words of all) assert.equal(words.has('heading'), false);
  learn(built.more);
  for (const words of all) assert.equal(words('heading', { provider: 'OpenAI' }), 'OpenAI connected');
});

for (const [locale, chunk, said] of [
  ['de', 'de', 'OpenAI verbinden'],
  ['de-AT', 'de', 'OpenAI verbinden'],
  ['es-MX', 'es', 'Conectar OpenAI'],
  ['ES-419', 'es', 'Conectar OpenAI'],
  ['ja-JP-u-ca-japanese', 'ja', 'OpenAI を接続'],
]) {
  test(`${locale} is said with the chunk of ${chunk}, and no other language is fetched`, async () => {
    const { wordsFor } = await built.open();
    const { words, faults } = await wordsFor(locale);
    assert.equal(words('connect', { provider: 'OpenAI' }), said);
    assert.equal(words.locale, chunk);
    assert.deepEqual(faults, []);
    assert.deepEqual(fetched, [chunk, 'others']);
  });
}

test('a language and what puts it together are fetched at the same time', async () => {
  const { wordsFor } = await built.open();
  const coming = wordsFor('ja');
  assert.deepEqual(fetched, ['ja', 'others']);
  await coming;
});

test('a language that cannot be fetched is English, and is tried again the next time', async () => {
  const { wordsFor } = await built.open();
  instead.es = () => Promise.reject(new TypeError('offline'));
  const { words } = await wordsFor('es');
  assert.deepEqual([words.locale, words('test')], ['en', 'Test']);
  delete instead.es;
  assert.equal((await wordsFor('es')).words('test'), 'Probar');
});

test('values are put in once, as text, and a place without a value stays', async () => {
  const { wordsNow } = await built.open();
  const words = wordsNow();
  assert.equal(words('connect', { provider: '<b>{label}</b> $& $1' }), 'Connect <b>{label}</b> $& $1');
  assert.equal(words('connect'), 'Connect {provider}');
});

test('what is counted takes the form that the language has for it', async () => {
  const { wordsFor, wordsNow, learn, registerLocale } = await built.open();
  learn(built.more);
  const count = (words) => [0, 1, 2, 5, 22].map((count) => words('models.other', { count }));
  assert.deepEqual(count(wordsNow()), ['0 models', '1 model', '2 models', '5 models', '22 models']);
  assert.deepEqual(count((await wordsFor('de')).words), ['0 Modelle', '1 Modell', '2 Modelle', '5 Modelle', '22 Modelle']);
  assert.deepEqual(count((await wordsFor('ja')).words)[1], '1個のモデル');
  registerLocale('pl', { 'models.one': '{count} model', 'models.few': '{count} modele', 'models.many': '{count} modeli', 'models.other': '{count} modelu' });
  assert.deepEqual(count((await wordsFor('pl')).words), ['0 modeli', '1 model', '2 modele', '5 modeli', '22 modele']);
});

// --- A page's own words

test('a page’s own words lie over those of the language, one by one', async () => {
  const { wordsFor } = await built.open();
  const { words } = await wordsFor('de', { connect: 'Los <b>geht’s</b> mit {provider}' });
  assert.equal(words('connect', { provider: 'OpenAI' }), 'Los <b>geht’s</b> mit OpenAI');
  assert.equal(words('test'), 'Testen');
  assert.equal(words.locale, 'de');
});

test('they are copied when they have been looked at', async () => {
  const { wordsFor } = await built.open();
  const own = { test: 'Try' };
  const { words } = await wordsFor('en', own);
  own.test = 7;
  assert.equal(words('test'), 'Try');
});

test('which words are not only this package’s English can be told', async () => {
  const { wordsFor } = await built.open();
  const english = (await wordsFor('en', { test: 'Try' })).words;
  assert.deepEqual(['test', 'connect', 'error.nonsense'].map(english.translates), [true, false, false]);
  const german = (await wordsFor('de')).words;
  assert.deepEqual(['test', 'error.internal', 'error.nonsense'].map(german.translates), [true, true, false]);
});

for (const [title, own, message] of [
  ['an unknown name', { connect: 'Go', conect: 'Go' }, 'there is no text called "conect"'],
  ['a name that every object has', JSON.parse('{"__proto__": "x"}'), 'there is no text called "__proto__"'],
  ['a list', ['Go'], 'must be an object of texts'],
  ['a number', { connect: 7 }, '"connect" must be a text, not number'],
  ['nothing in the place of a text', { connect: null }, '"connect" must be a text, not null'],
  ['an element', { 'error.busy': {} }, '"error.busy" must be a text, not object'],
  ['a function', { connect: () => 'Go' }, '"connect" must be a text, not function'],
  ['a novel', { connect: 'x'.repeat(1_001) }, '"connect" is longer than 1000 characters'],
  ['a text', 'Go', 'must be an object of texts'],
]) {
  test(`a bundle with ${title} is refused as a whole, and what is wrong is named`, async () => {
    const { wordsFor } = await built.open();
    const { words, faults } = await wordsFor('de', own);
    assert.equal(words('connect', { provider: 'OpenAI' }), 'OpenAI verbinden');
    assert.deepEqual(faults, [`messages: ${message}`]);
  });
}

test('every name of English is known, whether its words are loaded or not', async () => {
  const { wordsFor } = await built.open();
  assert.deepEqual((await wordsFor('en', { ...built.english, 'tested.few': 'few' })).faults, []);
});

test('where the check itself cannot be fetched, a page’s words are done without', async () => {
  instead.own = () => Promise.reject(new TypeError('offline'));
  const { wordsFor } = await built.open();
  const { words, faults } = await wordsFor('de', { test: 'Mal sehen' });
  assert.deepEqual([words('test'), faults], ['Testen', []]);
});

// --- A fifth language

test('a fifth language is given, or fetched once when it is wanted', async () => {
  const { wordsFor, registerLocale } = await built.open();
  let loads = 0;
  registerLocale('fr', { connect: 'Connecter {provider}' });
  registerLocale('pt-BR', async () => ({ default: { connect: `Conectar ${(loads += 1)}` } }));
  const french = (await wordsFor('fr-CA')).words;
  assert.deepEqual([french('connect', { provider: 'OpenAI' }), french('test'), french.locale], ['Connecter OpenAI', 'Test', 'fr']);
  assert.equal(loads, 0);
  const both = await Promise.all([wordsFor('pt-br'), wordsFor('pt-BR')]);
  assert.deepEqual(both.map(({ words }) => [words('connect'), words.locale]), [['Conectar 1', 'pt-br'], ['Conectar 1', 'pt-br']]);
  assert.equal(loads, 1);
  assert.equal((await wordsFor('pt')).words('connect', { provider: 'x' }), 'Connect x');
});

test('a region’s words lie over those of its language', async () => {
  const { wordsFor, registerLocale } = await built.open();
  registerLocale('de-AT', { cancel: 'Doch nicht' });
  const { words } = await wordsFor('de-AT');
  assert.deepEqual([words('cancel'), words('test'), words.locale], ['Doch nicht', 'Testen', 'de-at']);
  assert.equal((await wordsFor('de-DE')).words('cancel'), 'Abbrechen');
});

test('a fifth language with a mistake in it is refused, and English goes on', async () => {
  const { wordsFor, registerLocale } = await built.open();
  registerLocale('fr', async () => ({ connect: 'Connecter', cancle: 'Annuler' }));
  const { words, faults } = await wordsFor('fr');
  assert.equal(words('connect', { provider: 'x' }), 'Connect x');
  assert.deepEqual(faults, ['fr: there is no text called "cancle"']);
  registerLocale('it', async () => Promise.reject(new Error('gone')));
  assert.equal((await wordsFor('it')).words('test'), 'Test');
});

test('what is no language tag is refused at once, and what is no bundle when it is wanted', async () => {
  const { wordsFor, registerLocale } = await built.open();
  for (const tag of ['', 'de_DE', 'english please', undefined, 7]) {
    assert.throws(() => registerLocale(tag, {}), /RangeError|TypeError/, String(tag));
  }
  for (const [at, bundle] of [undefined, null, 'Go', 7, ['Go'], async () => null].entries()) {
    registerLocale(`fr-x-${at}`, bundle);
    const { words, faults } = await wordsFor(`fr-x-${at}`);
    assert.deepEqual([words('test'), faults], ['Test', [`fr-x-${at}: must be an object of texts`]]);
  }
});

/** The places for values in a text. */
function places(text) {
  return [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
}
