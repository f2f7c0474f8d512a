// What a client does once it is called; loaded then.

import type { ConnectTarget, SealRequest } from "../client.js";
import { failure } from "../failure.js";
import type { Access } from "../options.js";
import { openSealer } from "../seal/load.js";
import type { Answer, DisconnectedKey, KeyTarget, Purpose } from "../wire.js";
import { Core } from "./core.js";

export class Calls {
  readonly core: Core;

  constructor(access: Access) {
    this.core = new Core(access);
  }

  async submit(purpose: Purpose, which: Omit<SealRequest, "providerKey">, text: string): Promise<Answer> {
    const fields = await this.#whose(which);
    const key = (await openSealer()).hold(text);
    try {
      // White space is no key, and not the same as none.
      if (text && !key.length) throw failure("key_missing", { param: "providerKey" }, "keyMissing");
      return await this.core.submit(purpose, fields, key);
    } finally {
      key.drop();
    }
  }

  async disconnect(which: ConnectTarget): Promise<DisconnectedKey> {
    return this.core.disconnect(await this.#whose(which));
  }

  /** A session knows whose keys it is for. What else the page gave goes along, so that what nobody knows is refused. */
  async #whose<T extends ConnectTarget>(which: T): Promise<T & KeyTarget> {
    which.refId ??= (await this.core.session()).refId;
    return which as T & KeyTarget;
  }
}
