// Bytes as printable ASCII, for a module that travels inside a script: whatever a minifier, a server or a page does about
// charsets, it stays the same text. src/seal/decode.ts reads it.
//
// Not base64, which hides from compression what repeats: here each of the most frequent byte values is one character
// and any other is two, so that equal bytes stay equal text.

/**
 * All that needs no escape in any kind of literal, nor in a script within a page. Values take these in their order: that
 * neighbours are letters of one case, which brotli counts as of one kind, is worth 200 bytes over the order of ASCII.
 */
export const ALPHABET = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !#%&()*+,-./:;=>?@[]^_{|}~'];

/** The last two characters of the alphabet begin a pair. */
const SINGLES = ALPHABET.length - 2;

/** The text: base64 of which values are single, of length and checksum; then the bytes. */
export function asText(bytes) {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] += 1;
  const values = [...counts.keys()];
  const single = new Set(values.toSorted((one, other) => counts[other] - counts[one]).slice(0, SINGLES));

  const head = Buffer.alloc(39);
  for (const value of single) head[value >> 3] |= 1 << (value & 7);
  head.writeUIntBE(bytes.length, 32, 3);
  head.writeUInt32BE(checksum(bytes), 35);

  const spelling = new Map();
  values.filter((value) => single.has(value)).forEach((value, at) => spelling.set(value, ALPHABET[at]));
  values.filter((value) => !single.has(value)).forEach((value, at) => {
    spelling.set(value, ALPHABET[SINGLES + Math.floor(at / ALPHABET.length)] + ALPHABET[at % ALPHABET.length]);
  });
  return head.toString('base64') + Array.from(bytes, (byte) => spelling.get(byte)).join('');
}

/** 32-bit FNV-1a: tells a damaged text, not a forged one. */
function checksum(bytes) {
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5) >>> 0;
}
