// A product that says it all itself.

import { present } from "./access.js";
import { example, showCode } from "./dom.js";

const WORDS = {
  key_rejected: "OpenAI does not know this key. Has it been deleted?",
  provider_unreachable: "OpenAI does not answer just now. Try again in a minute.",
  no_quota: "This account has no credit left.",
  valid: "The key works.",
};
const SET = "All set: your team can start.";

const { stage, code } = example("silent");
const label = document.getElementById("silent-label");
const said = document.getElementById("said");

const wordsFor = ({ code, verdict, message }) => WORDS[code] ?? WORDS[verdict] ?? message ?? "";

const shown = present(stage, () => ({ provider: "openai", label: label.value || null }), (widget) => {
  widget.classList.add("says-nothing");
  said.textContent = "";
  for (const type of ["byo-tested", "byo-error"]) widget.addEventListener(type, ({ detail }) => (said.textContent = wordsFor(detail)));
  widget.addEventListener("byo-connected", ({ detail }) => (said.textContent = detail.verdict === "valid" ? SET : `Connected. ${wordsFor(detail)}`));
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
const wordsFor = ({ code, verdict, message }) =>
  WORDS[code] ?? WORDS[verdict] ?? message ?? '';
const say = (text) => (notice.textContent = text);

element.addEventListener('byo-error', ({ detail }) => say(wordsFor(detail)));
// A test stores nothing.
element.addEventListener('byo-tested', ({ detail }) => say(wordsFor(detail)));
element.addEventListener('byo-connected', ({ detail }) =>
  say(detail.verdict === 'valid' ? '${SET}' : \`Connected. \${wordsFor(detail)}\`));`,
  );
}

label.addEventListener("input", update);
update();
