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
  // What a character is: a byte, or the beginning of a pair.
  const first = new Int16Array(128);
  const second = new Uint8Array(128);
  ALPHABET.forEach((c, place) => {
    first[c.charCodeAt(0)] = place < SINGLES ? singles[place]! : (SINGLES - 1 - place) * ALPHABET.length;
    second[c.charCodeAt(0)] = place;
  });

  const numbers = new DataView(head.buffer);
  // Of a damaged length no more is believed than the text can hold.
  const length = Math.min(numbers.getUint32(32) >>> 8, text.length);
  const bytes = new Uint8Array(length);
  let hash = 0x811c9dc5;
  let at = HEAD;
  // Run once over some thirty thousand characters, mostly before it is compiled: so it calls nothing it need not.
  for (let index = 0; index < length; index++) {
    let byte = first[text.charCodeAt(at++)]!;
    if (byte < 0) byte = others[second[text.charCodeAt(at++)]! - byte - ALPHABET.length]!;
    hash = Math.imul(hash ^ byte, 0x01000193);
    bytes[index] = byte;
  }
  if (at !== text.length || hash >>> 0 !== numbers.getUint32(35)) throw new Error("damaged");
  return bytes;
}
