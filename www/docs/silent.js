// A product that says it all itself.

import { present } from "./access.js";
import { example, showCode } from "./dom.js";

const WORDS = {
  key_rejected: "OpenAI does not know this key. Has it been deleted?",
  provider_unreachable: "OpenAI does not answer just now. Try again in a minute.",
  no_quota: "Connected, but this account has no credit left.",
  valid: "All set: your team can start.",
};

const { stage, code } = example("silent");
const label = document.getElementById("silent-label");
const said = document.getElementById("said");

const say = ({ code, verdict, message }) => (said.textContent = WORDS[code] ?? WORDS[verdict] ?? message ?? "");

const shown = present(stage, () => ({ provider: "openai", label: label.value || null }), (widget) => {
  widget.classList.add("says-nothing");
  said.textContent = "";
  for (const type of ["byo-tested", "byo-connected", "byo-error"]) widget.addEventListener(type, ({ detail }) => say(detail));
  widget.addEventListener("byo-change", () => (said.textContent = ""));
});

function update() {
  const widget = shown.widget();
  if (widget) widget.label = label.value || null;
  showCode(
    code,
    "<byo-connect label=\"", { changed: label.value.replaceAll("\"", "&quot;") }, `" …></byo-connect>

byo-connect::part(error), byo-connect::part(status) { display: none; }

const WORDS = ${JSON.stringify(WORDS, null, 2).replace(/"(\w+)":/g, "$1:")};
const say = ({ code, verdict, message }) =>
  notice.textContent = WORDS[code] ?? WORDS[verdict] ?? message ?? '';

element.addEventListener('byo-error', ({ detail }) => say(detail));
element.addEventListener('byo-tested', ({ detail }) => say(detail));
element.addEventListener('byo-connected', ({ detail }) => say(detail));`,
  );
}

label.addEventListener("input", update);
update();
