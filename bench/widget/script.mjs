// X25519 in JavaScript.
import { DhkemX25519HkdfSha256 } from '@hpke/dhkem-x25519';
import * as peer from './peer.mjs';

export const open = (job) => peer.open(new DhkemX25519HkdfSha256(), job);
