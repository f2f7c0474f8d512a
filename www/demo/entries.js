// A list of things that happened, newest first: a line each, which opens.

import { el, icon } from "./dom.js";

const MOST = 50;

/** Puts an entry on top and opens it when `open`, closing what was opened this way before. */
export function addEntry(list, parts) {
  const details = el("details", {}, el("summary"), el("div", { class: "entry-body" }));
  const item = el("li", { class: "entry" }, details);
  updateEntry(item, parts);
  if (parts.open) openAlone(list, details);
  list.prepend(item);
  while (list.children.length > MOST) list.lastElementChild.remove();
  return item;
}

/** Draws an entry anew; it stays open or closed as the reader left it, and keeps the focus. */
export function updateEntry(item, { dataset, title, meta, line, body }) {
  Object.assign(item.dataset, dataset);
  item.querySelector("summary").replaceChildren(
    icon("chevron"),
    el("span", { class: "entry-title" }, ...title),
    el("span", { class: "entry-meta" }, ...meta),
    ...(line.length > 0 ? [el("span", { class: "entry-line" }, ...line)] : []),
  );
  item.querySelector(".entry-body").replaceChildren(...body);
}

function openAlone(list, details) {
  for (const other of list.querySelectorAll('details[data-auto="true"]')) {
    other.open = false;
    other.dataset.auto = "false";
  }
  details.open = true;
  details.dataset.auto = "true";
}
