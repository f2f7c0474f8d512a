import css from "./badge.css";
import { Base, LOCK, adopt, define, el, icon } from "./dom.js";

/**
 * Says how keys are handled on this page. It proves nothing by itself: any page could draw it.
 *
 * @attr theme - `light` (default), `dark` or `auto`
 * @attr href - makes it a link, for example to a page that says what happens to a key
 * @attr base-url - the byo server, linked to where there is no `href`
 * @csspart badge - the text with its icon
 * @cssproperty --byo-badge-ink - colour of the text
 * @cssproperty --byo-accent - colour of the icon
 * @cssproperty --byo-font - font family
 */
export class ByoBadge extends Base {
  static readonly observedAttributes = ["href", "base-url"];

  connectedCallback(): void {
    if (!this.shadowRoot) adopt(this.attachShadow({ mode: "open" }), css);
    this.attributeChangedCallback();
  }

  attributeChangedCallback(): void {
    const href = this.getAttribute("href") ?? this.getAttribute("base-url");
    // No `javascript:` and the like, should the page have taken the address from somewhere.
    const link = href !== null && URL.canParse(href, document.baseURI) && /^https?:$/.test(new URL(href, document.baseURI).protocol);
    const content = [icon(LOCK), el("span", {}, "Keys sealed in your browser · ", el("b", {}, "byo"))];
    this.shadowRoot?.replaceChildren(
      link
        ? el("a", { part: "badge", href, target: "_blank", rel: "noopener noreferrer" }, ...content)
        : el("span", { part: "badge" }, ...content),
    );
  }
}

define("byo-badge", ByoBadge);

declare global {
  interface HTMLElementTagNameMap {
    "byo-badge": ByoBadge;
  }
}
