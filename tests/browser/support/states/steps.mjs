// What a person does.

/** Presses a button. */
export function begin(part) {
  return ({ widget }) => widget.part(part).click();
}

/** Presses a button whose request is never answered. */
export async function heldUp({ widget, hold }, pattern, part) {
  const asked = await hold(pattern);
  await widget.part(part).click();
  await asked.first;
}

/** Types an answer to the question that a button leads to, and gives it where there is a key to press. */
export async function answer(widget, button, word, key) {
  await widget.part(button).click();
  await widget.part('word').fill(word);
  if (key) await widget.part('word').press(key);
}
