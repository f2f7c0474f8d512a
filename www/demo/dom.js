// Building the page without ever parsing text as markup.

/** An element with properties (`class`, `dataset`, `on…`, attributes) and children; strings become text nodes. */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name === "dataset") Object.assign(node.dataset, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name === "className" ? "class" : name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** One of the icons drawn at the top of index.html; decoration, hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** A small rounded label. */
export function tag(text, tone) {
  return el("span", { class: "tag", dataset: tone ? { tone } : {} }, text);
}

/** The time of day, to the second. */
export function time(date) {
  const text = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  return el("time", { class: "entry-time", datetime: date.toISOString() }, text);
}

/** Names and values; a pair whose value is missing is left out. */
export function facts(pairs) {
  const list = el("dl", { class: "facts" });
  for (const [name, value] of pairs) {
    if (value === undefined || value === null || value === "") continue;
    list.append(el("dt", {}, name), el("dd", {}, typeof value === "string" ? el("code", {}, value) : value));
  }
  return list;
}

const announcer = document.getElementById("announcer");

/** Says something to screen readers. */
export function announce(text) {
  announcer.textContent = text;
}
