// Which language the widget speaks, and a text of the page's own in it.

import { present } from "./access.js";
import { example, showCode } from "./dom.js";

const { root, stage, code } = example("words");
const text = document.getElementById("words-connect");
const language = () => root.querySelector("[name=language]:checked").value;
const messages = () => (text.value ? { connect: text.value } : null);

const shown = present(stage, () => ({ provider: "openai", locale: language() }), (widget) => (widget.messages = messages()));

function update() {
  const widget = shown.widget();
  if (widget) Object.assign(widget, { locale: language(), messages: messages() });
  const own = text.value ? ["\n\nelement.messages = {\n  connect: ", { changed: JSON.stringify(text.value) }, ",\n};"] : [];
  showCode(code, '<byo-connect locale="', { changed: language() }, '" …></byo-connect>', ...own);
}

root.addEventListener("input", ({ target }) => target.closest(".controls") && update());
update();
