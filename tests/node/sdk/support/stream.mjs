// Reading what an SDK streams.
import assert from 'node:assert/strict';

/** The text of a stream, which must come in more than one piece. `piece` reads it from an event. */
export async function joined(stream, piece) {
  const pieces = [];
  for await (const event of stream) {
    const text = piece(event);
    if (text) pieces.push(text);
  }
  assert.ok(pieces.length > 1, `one piece: ${JSON.stringify(pieces)}`);
  return pieces.join('');
}
