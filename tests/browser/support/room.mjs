// Whether everything on a page has the room it needs, within shadow trees too.
import assert from 'node:assert/strict';
import { shown } from './axe.mjs';

/** Fails with every text that is cut off, runs out of what it stands in or lies on something else, and with what is wider than the screen. */
export async function assertRoom(page, state) {
  for (const frame of shown(page)) {
    // A frame is made as high as what is in it, a moment later.
    if (frame.parentFrame()) await frame.waitForFunction(() => document.documentElement.scrollHeight <= innerHeight);
    assert.deepEqual(await frame.evaluate(cramped), [], state);
  }
}

/** Runs in the page. */
function cramped() {
  const SLACK = 1;
  const faults = [];
  const texts = [];
  const controls = [];
  const excess = document.documentElement.scrollWidth - innerWidth;
  if (excess > 0) faults.push(`the page is ${excess} px wider than the screen`);

  visit(document.body);
  for (const { rects, node, text } of texts) {
    for (const other of texts) if (other.node !== node && overlap(rects, other.rects)) faults.push(`"${text}" lies on "${other.text}"`);
    for (const { element, rect } of controls) if (!holds(element, node) && overlap(rects, [rect])) faults.push(`"${text}" lies on ${name(element)}`);
  }
  return [...new Set(faults)];

  function visit(element) {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return;
    if (element.matches('input:not([type=radio], [type=checkbox], [type=range], [type=color]), select')) inside(element);
    if (element.matches('button, input, select')) controls.push({ element, rect: element.getBoundingClientRect() });
    for (const node of (element.shadowRoot ?? element).childNodes) {
      if (node instanceof Element) visit(node);
      else if (node instanceof Text && node.data.trim()) look(node, element);
    }
  }

  function look(node, element) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter(({ width, height }) => width && height);
    const text = node.data.trim().slice(0, 60);
    if (!rects.length) return;
    for (let around = element; around; around = parent(around)) {
      const box = around.getBoundingClientRect();
      const { overflowX, overflowY, display } = getComputedStyle(around);
      // What can be scrolled to is not lost.
      if (/auto|scroll/.test(overflowX)) return;
      const isInline = display === 'inline' || display === 'contents';
      const beside = rects.some((rect) => rect.left < box.left - SLACK || rect.right > box.right + SLACK);
      if (beside && !isInline) faults.push(`"${text}" runs out of ${name(around)}`);
      const below = rects.some((rect) => rect.top < box.top - 2 * SLACK || rect.bottom > box.bottom + 2 * SLACK);
      if (below && /hidden|clip/.test(overflowY)) faults.push(`"${text}" is cut off by ${name(around)}`);
    }
    texts.push({ node, text, rects });
  }

  /** A value is scrolled by whoever types it; what stands in an empty field, or in a list, is not. */
  function inside(element) {
    const shown = element.localName === 'select' ? element.selectedOptions[0]?.text : element.value ? '' : element.placeholder;
    const style = getComputedStyle(element);
    const pen = document.createElement('canvas').getContext('2d');
    pen.font = element.localName === 'select' ? style.font : getComputedStyle(element, '::placeholder').font;
    const room = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const needed = pen.measureText(shown ?? '').width;
    if (needed > room + SLACK) faults.push(`"${shown}" needs ${Math.ceil(needed)} px and has ${Math.floor(room)} in ${name(element)}`);
  }

  function overlap(some, others) {
    return some.some((a) => others.some((b) => {
      const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      // Lines of text may touch each other's leading.
      return width > 2 && height > 4;
    }));
  }

  function holds(element, node) {
    for (let around = node; around; around = parent(around)) if (around === element) return true;
    return false;
  }

  function parent(node) {
    return node.assignedSlot ?? node.parentElement ?? node.getRootNode().host;
  }

  function name(element) {
    const part = element.getAttribute('part') ?? element.id ?? '';
    return `<${element.localName}${part && ` ${part}`}>`;
  }
}
