// DOM by createElement and textContent alone: pages may require Trusted Types and forbid inline styles.

/** Lets the modules be imported where there is no DOM. */
export const Base: typeof HTMLElement = globalThis.HTMLElement ?? class {};

type Child = Node | string;

/** An element with attributes and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** A 16 px line drawing; decoration only. */
export function icon(path: string): SVGSVGElement {
  const create = (tag: string, attributes: Record<string, string>) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const svg = create("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" });
  svg.append(create("path", { d: path }));
  return svg as SVGSVGElement;
}

/** A constructed style sheet, which `style-src 'self'` lets pass. */
export function adopt(root: ShadowRoot, css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets.push(sheet);
}

/** Puts something above what the page has put into the element's footer. */
export function place(root: ShadowRoot, node: Node): void {
  root.insertBefore(node, root.querySelector("[name=footer]"));
}

/** Registers an element once, however often the package is loaded. */
export function define(name: string, element: CustomElementConstructor): void {
  const registry = globalThis.customElements;
  if (registry && !registry.get(name)) registry.define(name, element);
}

export const LOCK = "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5";
