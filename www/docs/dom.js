// Elements by createElement and textContent alone: this page keeps to the policy it explains.

/** An element with attributes and children; attributes that are null are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Shows code, with the pieces the reader has just changed in `<b>`. */
export function showCode(place, ...pieces) {
  place.replaceChildren(...pieces.map((piece) => (typeof piece === "string" ? piece : el("b", {}, piece.changed))));
}

/** The parts of one example. */
export function example(name) {
  const root = document.getElementById(`example-${name}`);
  return { root, stage: root.querySelector(".stage"), code: root.querySelector("pre:last-of-type code") };
}
