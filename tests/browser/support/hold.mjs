// Requests that wait for the test, so that things happen in the order it wants.

/** `page.route(pattern, held.take)` keeps them until `release` or `abort`; `asked` is settled by the first. */
export function hold() {
  const asked = promise();
  const verdict = promise();
  return {
    asked: asked.value,
    release: () => verdict.resolve('continue'),
    abort: () => verdict.resolve('abort'),
    take: async (route) => {
      asked.resolve();
      await route[await verdict.value]();
    },
  };
}

function promise() {
  let resolve;
  const value = new Promise((done) => {
    resolve = done;
  });
  return { value, resolve };
}
