// Reads what widget/build/text.mjs wrote: the module as printable ASCII.

/** Printable, and in need of no escape in any kind of literal. */
const ALPHABET = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !#%&()*+,-./:;=>?@[]^_{|}~"];
/** The last two characters begin a pair. */
const SINGLES = ALPHABET.length - 2;
/** 39 bytes as base64: a bit for each value that is one character, 3 of length, 4 of checksum. */
const HEAD = 52;

/** The bytes; throws where the text was damaged on its way, so that no module of unknown content ever runs. */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  const head = Uint8Array.from(atob(text.slice(0, HEAD)), (c) => c.charCodeAt(0));
  const singles: number[] = [];
  const others: number[] = [];
  for (let value = 0; value < 256; value++) ((head[value >> 3]! >> (value & 7)) & 1 ? singles : others).push(value);
  const place = new Uint8Array(128);
  ALPHABET.forEach((c, at) => (place[c.charCodeAt(0)] = at));

  const numbers = new DataView(head.buffer);
  // Of a damaged length no more is believed than the text can hold.
  const bytes = new Uint8Array(Math.min(numbers.getUint32(32) >>> 8, text.length));
  let hash = 0x811c9dc5;
  let at = HEAD;
  const next = () => place[text.charCodeAt(at++)]!;
  for (let index = 0; index < bytes.length; index++) {
    const first = next();
    const byte = first < SINGLES ? singles[first]! : others[(first - SINGLES) * ALPHABET.length + next()]!;
    hash = Math.imul(hash ^ (bytes[index] = byte), 0x01000193);
  }
  if (at !== text.length || hash >>> 0 !== numbers.getUint32(35)) throw new Error("damaged");
  return bytes;
}
