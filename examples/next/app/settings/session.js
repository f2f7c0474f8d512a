// On the server alone: the secret key never gets into a bundle for the browser.

/** A connect session for the customer who is signed in. */
export async function connectSession() {
  const { BYO_URL = 'http://127.0.0.1:8787', BYO_SECRET_KEY, CUSTOMER = 'customer_123' } = process.env;
  const made = await fetch(`${BYO_URL}/v1/connect-sessions`, {
    method: 'POST',
    cache: 'no-store',
    headers: { authorization: `Bearer ${BYO_SECRET_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ refId: CUSTOMER }),
  });
  if (!made.ok) throw new Error(`byo made no session: ${made.status}`);
  const { token } = await made.json();
  return { byo: BYO_URL, token };
}
