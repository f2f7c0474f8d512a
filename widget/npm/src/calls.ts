// What a client does once it is called; loaded then.

import type { ConnectTarget, SealRequest } from "./client.js";
import { Core } from "./core.js";
import { HeldKey, keyMissing } from "./held-key.js";
import { load } from "./load.js";
import type { Access } from "./options.js";
import type { Answer, DisconnectedKey, KeyTarget, Purpose, SubmitFields } from "./wire.js";

export class Calls {
  readonly core: Core;

  constructor(access: Access) {
    this.core = new Core(access);
  }

  async submit(purpose: Purpose, which: Omit<SealRequest, "providerKey">, text: string): Promise<Answer> {
    const { providerConfig, expiresIn } = which;
    // As text: to write a number would bring all of Rust's formatting along.
    const fields = { ...(await this.#whose(which)), providerConfig, expiresIn: expiresIn?.toString() } as SubmitFields;
    const key = new HeldKey(await load(), text);
    try {
      // White space is no key, and not the same as none.
      if (text && !key.length) throw keyMissing();
      return await this.core.submit(purpose, fields, key);
    } finally {
      key.drop();
    }
  }

  async disconnect(which: ConnectTarget): Promise<DisconnectedKey> {
    return this.core.disconnect(await this.#whose(which));
  }

  /** A session knows whose keys it is for. What else a page gave stays behind. */
  async #whose({ provider, refId, name }: ConnectTarget): Promise<KeyTarget> {
    return { provider, refId: refId ?? (await this.core.session()).refId, name } as KeyTarget;
  }
}
