// What the panel's controls do.

import { isBusy } from "./model.js";
import type { Board } from "./panel.js";
import { primary } from "./state.js";

export function listen(board: Board): void {
  const { view, model, report } = board;
  const on = (node: HTMLElement, type: string, run: (event: Event) => void) => node.addEventListener(type, run);
  const press = (node: HTMLElement, run: () => void) => on(node, "click", () => isBusy(model) || run());

  on(view.input, "focus", () => {
    report({ t: "focus" });
    // What cannot be loaded is shown and told by an event.
    board.ready().then((flow) => flow.touch()).catch(() => {});
  });
  on(view.input, "blur", () => report({ t: "blur" }));
  on(view.input, "input", () => board.typed());
  on(view.form, "keydown", (event) => {
    const { key, target, isComposing } = event as KeyboardEvent;
    // Enter that only ends a composition is none.
    if (key === "Enter" && !isComposing && target instanceof HTMLInputElement && !isBusy(model)) board.attempt(primary(model));
  });
  on(view.root, "keydown", (event) => {
    if ((event as KeyboardEvent).key !== "Escape") return;
    if (event.target === view.input) report({ t: "escape" });
    if (model.step && !isBusy(model)) board.cancel();
  });
  on(view.picker, "change", (event) => board.choose((event.target as HTMLInputElement).value));
  on(view.custom, "toggle", () => board.draw());
  on(view.fields, "input", () => board.settle());
  on(view.testKeys, "click", (event) => {
    const { value } = event.target as HTMLButtonElement;
    if (!value || isBusy(model)) return;
    view.input.value = value;
    board.focus();
    board.typed();
  });
  press(view.submit, () => board.attempt(primary(model)));
  press(view.test, () => board.attempt("test"));
}
