// X25519 by WebCrypto.
import { DhkemX25519HkdfSha256 } from '@hpke/core';
import * as peer from './peer.mjs';

export const open = (job) => peer.open(new DhkemX25519HkdfSha256(), job);
export const opened = (job, sealed) => peer.opened(new DhkemX25519HkdfSha256(), job, sealed);
