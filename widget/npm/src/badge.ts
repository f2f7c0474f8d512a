import css from "./badge.css";
import { Base, LOCK, adopt, define, el, icon } from "./dom.js";
import { localeOf } from "./shell/locale.js";

/** English stands below: it is also what is said in any other language. */
const WORDS: { readonly [language: string]: string } = {
  de: "Schlüssel werden im Browser versiegelt",
  es: "Las claves se cifran en su navegador",
  ja: "キーはブラウザー内で暗号化されます",
};

/**
 * Says how keys are handled on this page. It proves nothing by itself: any page could draw it.
 *
 * @attr theme - `light` (default), `dark` or `auto`
 * @attr href - where it leads; without one to `/trust` of the byo server, which says what happens to a key
 * @attr base-url - the byo server; the one this file was served by when left out
 * @attr locale - a language tag, over the nearest `lang`
 * @csspart badge - the text with its icon
 * @cssproperty --byo-badge-ink - colour of the text
 * @cssproperty --byo-accent - colour of the icon
 * @cssproperty --byo-font - font family
 */
export class ByoBadge extends Base {
  static readonly observedAttributes = ["href", "base-url", "lang", "locale"];

  connectedCallback(): void {
    if (!this.shadowRoot) adopt(this.attachShadow({ mode: "open" }), css);
    this.attributeChangedCallback();
  }

  attributeChangedCallback(): void {
    if (!this.shadowRoot) return;
    const base = this.getAttribute("base-url") ?? BYO_SERVED_FROM;
    const href = this.getAttribute("href") ?? (base && base.replace(/\/*$/, "/trust"));
    const language = localeOf(this).slice(0, 2).toLowerCase();
    const said = WORDS[language];
    const content = [icon(LOCK), el("span", { lang: said ? language : "en" }, said ?? "Keys sealed in your browser", " · ", el("b", {}, "byo"))];
    const link = el("a", { part: "badge", href: href ?? "", target: "_blank", rel: "noopener noreferrer" }, ...content);
    // No `javascript:` and the like, should the page have taken the address from somewhere.
    const leads = href && /^https?:$/.test(link.protocol);
    this.shadowRoot.replaceChildren(leads ? link : el("span", { part: "badge" }, ...content));
  }
}

define("byo-badge", ByoBadge);

declare global {
  interface HTMLElementTagNameMap {
    "byo-badge": ByoBadge;
  }
}
