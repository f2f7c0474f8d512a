// Theming by custom properties, as a page's style sheet would set them.

import { present } from "./access.js";
import { example, showCode } from "./dom.js";

const { root, stage, code } = example("look");
const input = (name) => document.getElementById(`look-${name}`);
const [accent, radius, height, font] = ["accent", "radius", "height", "font"].map(input);
const theme = () => root.querySelector("[name=theme]:checked").value;

const touched = new Set();
const shown = present(stage, () => ({ provider: "openai", theme: theme() || null }), dress);

/** What the reader has changed, in the order it stands on the page. */
function properties() {
  return [
    [accent, "--byo-accent", accent.value],
    [accent, "--byo-accent-ink", inkOn(accent.value)],
    [radius, "--byo-radius", `${radius.value}px`],
    [height, "--byo-control-height", `${height.value}px`],
    [font, "--byo-font", font.value],
  ].filter(([control, , value]) => touched.has(control) && value);
}

function dress(widget) {
  widget.removeAttribute("style");
  for (const [, name, value] of properties()) widget.style.setProperty(name, value);
}

/** White or nearly black, whichever is easier to read on this colour. */
function inkOn(colour) {
  const linear = [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
  const light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  return light > 0.18 ? "#16181a" : "#ffffff";
}

function update() {
  stage.dataset.theme = theme();
  for (const control of [radius, height]) control.nextElementSibling.value = `${control.value}px`;
  const widget = shown.widget();
  if (widget) {
    widget.theme = theme() || null;
    dress(widget);
  }
  const lines = properties().map(([, name, value]) => `\n  ${name}: ${value};`).join("");
  const style = lines ? ["byo-connect {", { changed: lines }, "\n}"] : ["byo-connect { /* change something above */ }"];
  const attribute = theme() ? [{ changed: `<byo-connect theme="${theme()}" …></byo-connect>` }, "\n\n"] : [];
  showCode(code, ...attribute, ...style);
}

root.addEventListener("input", ({ target }) => {
  if (!target.closest(".controls")) return;
  touched.add(target);
  update();
});
update();
