// What a client does once it is called; loaded then.

import type { ConnectTarget } from "./client.js";
import { Core } from "./core.js";
import { HeldKey } from "./held-key.js";
import { load } from "./load.js";
import type { Access } from "./options.js";
import type { Answer, DisconnectedKey, KeyTarget, Purpose } from "./wire.js";

export class Calls {
  readonly core: Core;

  constructor(access: Access) {
    this.core = new Core(access);
  }

  async submit(purpose: Purpose, which: ConnectTarget, text: string): Promise<Answer> {
    const fields = await this.#whose(which);
    const key = new HeldKey(await load(), text);
    try {
      return await this.core.submit(purpose, fields, key);
    } finally {
      key.drop();
    }
  }

  async disconnect(which: ConnectTarget): Promise<DisconnectedKey> {
    return this.core.disconnect(await this.#whose(which));
  }

  /** A session knows whose keys it is for. */
  async #whose(which: ConnectTarget): Promise<KeyTarget> {
    return { ...which, refId: which.refId ?? (await this.core.session()).refId };
  }
}
