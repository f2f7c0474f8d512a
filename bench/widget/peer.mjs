// @hpke/core doing what the widget's sealer does: to the same public key, under the same `info`, the same padded plaintext.

import { Chacha20Poly1305 } from '@hpke/chacha20poly1305';
import { CipherSuite, HkdfSha256 } from '@hpke/core';

/** How to seal a plaintext with this KEM, once its key is read. */
export async function open(kem, { publicKey, info, plaintext }) {
  const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Chacha20Poly1305() });
  const recipientPublicKey = await suite.kem.deserializePublicKey(publicKey);
  return () => suite.seal({ recipientPublicKey, info }, plaintext);
}

/** Opens what anybody sealed. */
export async function opened(kem, { privateKey, info }, { enc, ct }) {
  const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Chacha20Poly1305() });
  const recipientKey = await suite.kem.deserializePrivateKey(privateKey);
  return new Uint8Array(await suite.open({ recipientKey, info, enc }, ct));
}
