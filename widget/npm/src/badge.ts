import css from "./badge.css";
import { Base, LOCK, adopt, define, el, icon } from "./dom.js";

/**
 * Says how keys are handled on this page. It proves nothing by itself: any page could draw it.
 *
 * @attr theme - `light` (default), `dark` or `auto`
 * @attr href - where it leads; without one to `/trust` of the byo server, which says what happens to a key
 * @attr base-url - the byo server; the one this file was served by when left out
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
    const base = this.getAttribute("base-url") ?? BYO_SERVED_FROM;
    const href = this.getAttribute("href") ?? (base && base.replace(/\/*$/, "/trust"));
    const content = [icon(LOCK), el("span", {}, "Keys sealed in your browser · ", el("b", {}, "byo"))];
    const link = el("a", { part: "badge", href: href ?? "", target: "_blank", rel: "noopener noreferrer" }, ...content);
    // No `javascript:` and the like, should the page have taken the address from somewhere.
    const leads = href && /^https?:$/.test(link.protocol);
    this.shadowRoot?.replaceChildren(leads ? link : el("span", { part: "badge" }, ...content));
  }
}

define("byo-badge", ByoBadge);

declare global {
  interface HTMLElementTagNameMap {
    "byo-badge": ByoBadge;
  }
}
