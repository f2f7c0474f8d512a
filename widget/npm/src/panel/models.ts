// Which models a key may use. There may be hundreds: the first ones are shown, and the rest to who asks.

import { el, icon } from "../dom.js";
import type { Words } from "../messages/type.js";
import { setText } from "./render.js";
import { CHEVRON } from "./view.js";

const FIRST = 12;

/** Puts the list after a node; gives how to draw it. */
export function addModels(after: HTMLElement): (words: Words, models: readonly string[]) => void {
  const count = el("span");
  const list = el("ul", { class: "models" });
  const all = el("button", { part: "all-models", type: "button" });
  const details = el("details", { part: "models" }, el("summary", { part: "models-toggle" }, icon(CHEVRON), count), list, all);
  after.after(details);
  let shown: readonly string[] | undefined;
  const fill = (models: readonly string[]) => list.replaceChildren(...models.map((model) => el("li", { tabindex: "-1" }, el("code", {}, model))));

  all.addEventListener("click", () => {
    fill(shown ?? []);
    all.hidden = true;
    // The button that was pressed is gone.
    list.querySelectorAll("li").item(FIRST).focus();
  });

  return (words, models) => {
    details.hidden = !models.length;
    setText(count, words("models.other", { count: models.length }));
    setText(all, words("allModels", { count: models.length }));
    if (shown?.join() === models.join()) return;
    shown = models;
    fill(models.slice(0, FIRST));
    all.hidden = models.length <= FIRST;
  };
}
