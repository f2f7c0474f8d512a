// What a page may say of the looks of a field that it cannot reach.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { source } from './source.mjs';

const { dress, isPlain } = await source('shell/appearance.ts');

test('computed values are plain', () => {
  for (const value of [
    '', 'rgb(1, 2, 3)', 'rgba(0, 0, 0, 0.5)', 'color(srgb 1 0.5 0 / 0.2)', 'oklch(0.7 0.1 200)', 'lab(50% 20 -30)', '12px', '3px 9px', '8px / 4px',
    'none', 'rgba(0, 0, 0, 0.05) 0px 1px 2px 0px, rgb(1, 2, 3) 0px 0px 0px 3px inset', 'Georgia, "Segoe UI", system-ui, sans-serif', '0.14s', "'A b'",
  ]) assert.ok(isPlain(value), value);
});

test('what loads, refers, computes or ends a declaration is not', () => {
  for (const value of [
    'url(https://a.example/b)', 'URL(a)', 'url (a)', 'image-set("a" 1x)', 'var(--a)', 'attr(data-key)', 'env(a)', 'calc(1px + 1px)', 'paint(a)', 'element(#key)',
    'red; background: blue', 'red}', '{', '\\75rl(a)', 'expression(1)', 'rgb(var(--a))', 'src(a)', 'light-dark(red, blue)', '@import', '<b>', 'a:b', 'x'.repeat(501), '/* */*', 'naïve', '!important',
  ]) assert.ok(!isPlain(value), value);
});

test('a field is dressed in what is known and plain, and undressed of what is no longer said', () => {
  const worn = new Map();
  const host = { style: { setProperty: (name, value) => (value ? worn.set(name, value) : worn.delete(name)) } };
  dress(host, { '--byo-accent': 'rgb(1, 2, 3)', '--byo-radius': '2px', '--byo-ink': 'url(a)', '--other': '1px', color: 'red' });
  assert.deepEqual([...worn], [['--byo-accent', 'rgb(1, 2, 3)'], ['--byo-radius', '2px']]);
  dress(host, { '--byo-radius': '3px' });
  assert.deepEqual([...worn], [['--byo-radius', '3px']]);
  dress(host, undefined);
  assert.deepEqual([...worn], []);
});
