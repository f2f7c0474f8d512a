// Which language the element speaks.

/** Its `locale`, else the `lang` of the nearest element that has one, through shadow trees, else the browser's. */
export function localeOf(element: HTMLElement): string {
  for (let near: Element | null | undefined = element; near; near = near.parentElement ?? (near.getRootNode() as Partial<ShadowRoot>).host) {
    const tag = (near === element && near.getAttribute("locale")) || near.getAttribute("lang");
    if (tag) return tag;
  }
  return navigator.language || "en";
}
