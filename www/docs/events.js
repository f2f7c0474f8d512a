// What a page hears from the widget.

import { present } from "./access.js";
import { el, example } from "./dom.js";

const NAMES = ["ready", "state", "change", "focus", "blur", "escape", "tested", "connected", "rotated", "disconnected", "reverted", "error", "load-error"];
const MOST = 60;

const { stage } = example("events");
const log = document.getElementById("log");
const entries = log.firstElementChild;

present(stage, () => ({ provider: "openai" }), (widget) => {
  for (const name of NAMES) widget.addEventListener(`byo-${name}`, ({ type, detail }) => note(type, detail));
});
document.getElementById("clear-log").addEventListener("click", () => entries.replaceChildren());

function note(type, detail) {
  // An error's own members are not enumerable where they are inherited.
  const { message, ...others } = detail ?? {};
  const told = JSON.stringify(detail?.message === undefined ? others : { message, ...others }, null, 1).replace(/\n */g, " ");
  entries.append(el("li", {}, el("code", {}, type), " ", el("span", {}, told === "{}" ? "" : told)));
  while (entries.children.length > MOST) entries.firstChild.remove();
  log.scrollTop = log.scrollHeight;
}
