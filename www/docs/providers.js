// Which providers a customer may choose from.

import { present } from "./access.js";
import { example, showCode } from "./dom.js";

const OFFERS = {
  some: { providers: "openai, anthropic, google" },
  one: { provider: "openai" },
  all: {},
};

const { root, stage, code } = example("providers");
const offer = () => OFFERS[root.querySelector("[name=offer]:checked").value];
const shown = present(stage, offer);

function showOffer() {
  const [attribute] = Object.entries(offer());
  const changed = attribute ? `\n  ${attribute[0]}="${attribute[1]}"` : "";
  showCode(code, '<byo-connect\n  publishable-key="byo_pk_test_…"\n  ref-id="customer_123"', { changed }, "\n></byo-connect>");
}

root.addEventListener("change", ({ target }) => {
  if (target.name !== "offer") return;
  shown.show();
  showOffer();
});
showOffer();
