// Runs in the page. What there is to seal is the first of the pinned vectors, so that what comes out can be opened.

/** Who is measured: how each is loaded, and made ready to seal. */
const ENTRANTS = {
  byo: async (job) => {
    const { openSealer } = await import(job.lazy);
    const sealer = await openSealer();
    return async () => {
      // Held once, as in the field.
      job.held ??= sealer.hold(job.key);
      return sealer.seal(job.held, job.binding);
    };
  },
  native: async (job) => (await import('/native.js')).open(job),
  script: async (job) => (await import('/script.js')).open(job),
};

/** A vector as the entrants take it. */
export function jobOf({ key, publicKey, privateKey, info, context }, { entry, lazy }) {
  const text = new TextDecoder().decode(fromHex(key));
  const plaintext = new Uint8Array(512);
  new DataView(plaintext.buffer).setUint16(0, text.length);
  new TextEncoder().encodeInto(text, plaintext.subarray(2));
  const binding = { ...context, challenge: fromBase64url(context.challenge), publicKey: fromHex(publicKey) };
  return { entry, lazy, key: text, plaintext, binding, publicKey: fromHex(publicKey), privateKey: fromHex(privateKey), info: fromHex(info) };
}

/** Milliseconds from the import to having sealed once, where it was not loaded before. */
export async function ready(name, job) {
  // The element comes with the page; what seals, when somebody touches the field.
  if (name === 'byo') await import(job.entry);
  const start = performance.now();
  if (name === 'whole') await import(job.entry);
  const seal = await ENTRANTS[name === 'whole' ? 'byo' : name](job);
  await seal();
  return performance.now() - start;
}

/** p50 and p99 of so many seals each, in microseconds. They take turns, so that what else the machine does is everybody's. */
export async function seals(names, count, job) {
  if (!crossOriginIsolated) throw new Error('the clock of a page that is not isolated is too coarse');
  const ways = await Promise.all(names.map((name) => ENTRANTS[name](job)));
  const times = names.map(() => []);
  const turn = async (each, keep) => {
    for (const [at, seal] of ways.entries()) {
      for (let done = 0; done < each; done++) {
        const start = performance.now();
        await seal();
        const end = performance.now();
        if (keep) times[at].push((end - start) * 1000);
      }
    }
  };
  await turn(200, false);
  for (let done = 0; done < count; done += TURN) await turn(Math.min(TURN, count - done), true);
  return Object.fromEntries(names.map((name, at) => [name, { p50: percentile(times[at], 0.5), p99: percentile(times[at], 0.99) }]));
}

const TURN = 100;

/** Fails unless what each of them seals opens to the same plaintext. */
export async function check(names, job) {
  const { opened } = await import('/native.js');
  for (const name of names) {
    const sealed = await (await ENTRANTS[name](job))();
    const { enc, ct } = name === 'byo' ? { enc: fromBase64url(sealed.enc), ct: fromBase64url(sealed.ciphertext) } : sealed;
    const found = await opened(job, { enc, ct });
    if (found.length !== 512 || found.some((byte, at) => byte !== job.plaintext[at])) throw new Error(`${name} seals something else`);
  }
}

function percentile(times, share) {
  return times.toSorted((one, other) => one - other)[Math.ceil(share * times.length) - 1];
}

function fromHex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function fromBase64url(text) {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
}
