// Reading what strace wrote: `strace -f -y -e trace=… -o <file>`.

/** The system calls in the order in which they ended, and answers in the order in which they began. */
export function events(trace) {
  const begun = new Map();
  const seen = [];
  for (const line of trace.split('\n')) {
    const [, thread, text] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (!thread) continue;
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
    if (resumed) {
      seen.push(...ended((begun.get(thread) ?? '') + resumed[1]));
      begun.delete(thread);
    } else if (text.endsWith('<unfinished ...>')) {
      begun.set(thread, text.slice(0, -'<unfinished ...>'.length).trimEnd());
      // Bytes may be on their way from the moment the call begins.
      seen.push(...answered(text));
    } else {
      seen.push(...answered(text), ...ended(text));
    }
  }
  return seen;
}

/**
 * For each write that was asked for: whether the write-ahead log was written and then synced, with nothing
 * written after, before the answer to it began. Requests must have come one after the other.
 */
export function durability(trace) {
  const writes = [];
  let current;
  for (const event of events(trace)) {
    if (event === 'asked') current = { written: false, synced: false };
    else if (!current) continue;
    else if (event === 'written') Object.assign(current, { written: true, synced: false });
    else if (event === 'synced') current.synced = current.written;
    else if (event === 'answered') {
      writes.push(current.synced);
      current = undefined;
    }
  }
  return writes;
}

const WAL = String.raw`\(\d+<[^>]*\.db-wal>`;

function ended(call) {
  if (/^(recvfrom|read|readv)\(.*"POST \/v1\/keys\/connect /.test(call)) return ['asked'];
  if (new RegExp(`^(pwrite64|write|pwritev)${WAL}`).test(call)) return ['written'];
  if (new RegExp(`^(fdatasync|fsync)${WAL}\\) += 0$`).test(call)) return ['synced'];
  return [];
}

function answered(call) {
  return /^(sendto|sendmsg|write|writev)\(.*"HTTP\/1\.1 200 OK/.test(call) ? ['answered'] : [];
}
