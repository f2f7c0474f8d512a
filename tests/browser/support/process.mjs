// A child process whose readiness can be awaited and whose output is kept for a failure's message.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Starts `program` and keeps every line that it prints. */
export function start(program, args, env) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  return new Child(child);
}

class Child {
  #child;
  #watchers = new Set();
  /** Lines of standard output and of standard error, in the order they came. */
  lines = [];
  /** Settles when the process has ended: `{ code, signal }`. */
  ended;

  constructor(child) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#see(line));
    }
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    // A caller that awaits nothing else must not be torn down by an unhandled rejection.
    this.ended.catch(() => {});
  }

  get pid() {
    return this.#child.pid;
  }

  /** The first line, printed already or still to come, that matches; fails when the process ends before. */
  async line(pattern) {
    const printed = this.lines.map((line) => line.match(pattern)).find(Boolean);
    return printed ?? this.while(new Promise((resolve) => this.#watch(pattern, resolve)));
  }

  /** Waits for `event`; fails with what the process printed when it ends before. */
  while(event) {
    return Promise.race([event, this.ended.then((end) => Promise.reject(this.#endedEarly(end)))]);
  }

  /** Ends the process by `signal` and waits until it is gone. */
  async stop(signal = 'SIGTERM') {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill(signal);
      await once(this.#child, 'close');
    }
    return this.ended;
  }

  #watch(pattern, resolve) {
    const watcher = (line) => {
      const match = line.match(pattern);
      if (match) {
        this.#watchers.delete(watcher);
        resolve(match);
      }
    };
    this.#watchers.add(watcher);
  }

  #see(line) {
    this.lines.push(line);
    for (const watcher of [...this.#watchers]) watcher(line);
  }

  #endedEarly({ code, signal }) {
    return new Error(`${this.#child.spawnfile} ended early (${signal ?? code}):\n${this.lines.slice(-40).join('\n')}`);
  }
}
