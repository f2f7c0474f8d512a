// The Python suite, on the stage of the Node suites: `BYO_PYTHON` runs the tests beside this, and its end is ours.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { required } from '../browser/support/environment.mjs';
import { assertDiscreet } from '../node/sdk/support/discretion.mjs';
import { setStage, WAYS } from '../node/sdk/support/stage.mjs';
import * as upstream from '../node/sdk/support/upstream.mjs';

/** A suite that takes longer hangs. */
const LIMIT_MS = 300_000;

const stage = await setStage();
try {
  const everywhere = async (place) => {
    const places = Object.keys(upstream.KEYS).map(async (provider) => [provider, await place(provider)]);
    return Object.fromEntries(await Promise.all(places));
  };
  const both = async (place) =>
    Object.fromEntries(await Promise.all(WAYS.map(async (way) => [way, await everywhere((provider) => place(way, provider))])));
  const said = {
    on: await both(stage.on),
    strangerOn: await both(stage.strangerOn),
    afterRevoke: await everywhere(stage.afterRevoke),
    withForbidden: await everywhere(stage.withForbidden),
    ...upstream,
  };
  // Nothing of the caller's environment but the path: SDKs read keys, base URLs and proxies from it.
  const env = { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1', BYO_STAGE: JSON.stringify(said) };
  const tests = ['-m', 'unittest', 'discover', '--verbose', '--start-directory', import.meta.dirname];
  const python = spawn(required('BYO_PYTHON'), tests, { env, stdio: ['ignore', 'inherit', 'pipe'], timeout: LIMIT_MS });
  // unittest reports on its standard error.
  python.stderr.pipe(process.stdout);
  const [code] = await once(python, 'close');
  process.exitCode = code ?? 1;
  if (code === 0) assertDiscreet(stage);
} finally {
  await stage.strike();
}
