// A second implementation of byo's envelope, written from seal/FORMAT.md on npm @hpke/core. It shares no
// code with the Rust one, so what both agree on is the format and not a habit.
import { createHash } from 'node:crypto';
import { Chacha20Poly1305 } from '@hpke/chacha20poly1305';
import { Aes256Gcm, CipherSuite, HkdfSha256 } from '@hpke/core';
import { DhkemX25519HkdfSha256 } from '@hpke/dhkem-x25519';

/** The suite that a context is for unless it names one. */
export const SUITE = 'x25519-hkdf-sha256-chacha20poly1305';

/** The suite that WebCrypto can do by itself. */
export const AES_SUITE = 'x25519-hkdf-sha256-aes256gcm';

const SUITES = new Map([
  [SUITE, { ids: Buffer.from('002000010003', 'hex'), hpke: hpke(new Chacha20Poly1305()) }],
  [AES_SUITE, { ids: Buffer.from('002000010002', 'hex'), hpke: hpke(new Aes256Gcm()) }],
]);
const SIZES = [512, 1024, 2048, 4096];
const TAG_BYTES = 16;
const MEMBERS = ['v', 'kid', 'suite', 'enc', 'ciphertext', 'challenge'];
const CONFIG = ['baseUrl', 'wireApi', 'azure', 'region'];
const MOST_HEADER_CHARS = 8192;
const MOST_BYTES = { enc: 32, ciphertext: SIZES.at(-1) + TAG_BYTES, challenge: 128 };

/**
 * Seals `key` to a raw public key, bound to `context`; gives the JSON that goes over the wire.
 * `ikmE` fixes the ephemeral key pair, for vectors only.
 */
export async function seal({ publicKey, context, key, ikmE }) {
  const { suite = SUITE } = context;
  const { hpke } = SUITES.get(suite);
  const recipientPublicKey = await hpke.kem.deserializePublicKey(exact(publicKey));
  const sender = await hpke.createSenderContext({
    recipientPublicKey,
    info: exact(info(context)),
    ...(ikmE && { ekm: exact(ikmE) }),
  });
  const ciphertext = await sender.seal(exact(pad(Buffer.from(key))));
  return {
    v: 1,
    kid: context.kid,
    suite,
    enc: Buffer.from(sender.enc).toString('base64url'),
    ciphertext: Buffer.from(ciphertext).toString('base64url'),
    challenge: Buffer.from(context.challenge).toString('base64url'),
  };
}

/** Opens an envelope under a context rebuilt from what the request says; throws when it does not fit. */
export async function open({ privateKey, context, sealed }) {
  const { kid, suite, enc, ciphertext, challenge } = parse(sealed);
  if (suite !== (context.suite ?? SUITE)) throw new Error('suite');
  if (kid !== context.kid) throw new Error('kid');
  if (!challenge.equals(Buffer.from(context.challenge))) throw new Error('challenge');

  const { hpke } = SUITES.get(suite);
  const recipientKey = await hpke.kem.deserializePrivateKey(exact(privateKey));
  const recipient = await hpke.createRecipientContext({
    recipientKey,
    enc: exact(enc),
    info: exact(info(context)),
  });
  return unpad(Buffer.from(await recipient.open(exact(ciphertext))));
}

/** What a sender hands out of an envelope with purpose `request`: the text of one header. */
export function headerOf({ sealed, origin, principalId: principal, name, providerConfig }) {
  const json = { ...sealed, origin, principalId: principal, ...(name && { name }), ...(providerConfig && { providerConfig }) };
  return Buffer.from(JSON.stringify(json)).toString('base64url');
}

/**
 * Reads that text: the envelope, and its context but for what only the call says (audience, provider, refId).
 * Throws at anything else.
 */
export function parseHeader(text) {
  if (text.length > MOST_HEADER_CHARS) throw new Malformed('length');
  const { origin, principalId: principal, name = 'default', providerConfig = {}, ...sealed } = members(decoded(text, Infinity));
  const { kid, suite, challenge } = parse(sealed);
  if (typeof origin !== 'string' || !/^[!-~]{0,300}$/.test(origin)) throw new Malformed('origin');
  if (decoded(principal, 32).length !== 32) throw new Malformed('principalId');
  if (typeof name !== 'string' || !/^[A-Za-z0-9._~:@|+=,-]{1,64}$/.test(name)) throw new Malformed('name');
  if (providerConfig === null || Object.keys(providerConfig).some((member) => !CONFIG.includes(member))) {
    throw new Malformed('providerConfig');
  }
  return { sealed, context: { kid, suite, challenge, principal, purpose: 'request', name, providerConfig, pageOrigin: origin } };
}

function members(json) {
  try {
    const value = JSON.parse(json.toString());
    if (typeof value === 'object' && !Array.isArray(value)) return value ?? {};
  } catch {
    // Said below.
  }
  throw new Malformed('JSON');
}

/** Reads the JSON's members, each in its one spelling; throws at anything else. */
export function parse(sealed) {
  const members = Object.keys(sealed);
  if (members.length !== MEMBERS.length || !MEMBERS.every((member) => members.includes(member))) {
    throw new Malformed('members');
  }
  if (sealed.v !== 1) throw new Malformed('version');
  if (!SUITES.has(sealed.suite)) throw new Malformed('suite');
  if (typeof sealed.kid !== 'string' || !/^[0-9a-f]{16}$/.test(sealed.kid)) throw new Malformed('kid');
  const bytes = Object.entries(MOST_BYTES).map(([member, most]) => [member, decoded(sealed[member], most)]);
  return { kid: sealed.kid, suite: sealed.suite, ...Object.fromEntries(bytes) };
}

function hpke(aead) {
  return new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead });
}

/** It is no envelope at all, whatever it would be opened with. */
export class Malformed extends Error {}

/** A fresh key pair: raw bytes and the key id. */
export async function generateKeyPair() {
  const { kem } = SUITES.get(SUITE).hpke;
  const pair = await kem.generateKeyPair();
  const publicKey = Buffer.from(await kem.serializePublicKey(pair.publicKey));
  const privateKey = Buffer.from(await kem.serializePrivateKey(pair.privateKey));
  return { publicKey, privateKey, kid: keyId(publicKey) };
}

/** The first 16 hexadecimal digits of SHA-256 over the suite's ids and the public key. */
export const keyId = (publicKey, suite = SUITE) => sha256(SUITES.get(suite).ids, publicKey).toString('hex').slice(0, 16);

/** How a context names the token that is sent along. */
export const principalId = (token) => sha256(token).toString('base64url');

/** The context's bytes: every field behind its length. */
export function encode(context) {
  return Buffer.concat(
    [
      SUITES.get(context.suite ?? SUITE).ids,
      context.kid,
      context.audience,
      context.principal,
      context.purpose,
      context.provider,
      context.refId,
      context.name,
      sha256(canonical(context.providerConfig ?? {})),
      context.pageOrigin,
      context.challenge,
    ].map(field),
  );
}

/** HPKE's `info`. */
export const info = (context) => Buffer.concat([Buffer.from('byo/seal/v1\0'), sha256(encode(context))]);

/** The members that are there, each as name and value; no JSON, so no question of spelling. */
function canonical({ baseUrl, wireApi, azure = {}, region }) {
  const members = [
    ['baseUrl', baseUrl],
    ['wireApi', wireApi],
    ['azure.apiVersion', azure.apiVersion],
    ['azure.deployment', azure.deployment],
    ['region', region],
  ];
  return Buffer.concat(members.filter(([, value]) => value !== undefined).flat().map(field));
}

function field(value) {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

const fitting = (length) => SIZES.find((size) => length + 2 <= size);

function pad(key) {
  const padded = Buffer.alloc(fitting(key.length));
  padded.writeUInt16BE(key.length);
  key.copy(padded, 2);
  return padded;
}

function unpad(padded) {
  const length = padded.readUInt16BE();
  const isCanonical = fitting(length) === padded.length && padded.subarray(2 + length).every((byte) => byte === 0);
  if (!isCanonical) throw new Error('padding');
  return padded.subarray(2, 2 + length);
}

/** base64url without padding, and only in its one canonical spelling. */
function decoded(text, most) {
  if (typeof text !== 'string') throw new Malformed('type');
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new Malformed('base64url');
  if (bytes.length > most) throw new Malformed('length');
  return bytes;
}

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** An ArrayBuffer of just these bytes: small Buffers share one. */
const exact = (bytes) => Uint8Array.from(bytes).buffer;
