import { ByoBadge } from 'byo-connect/react';
import { ConnectKey } from './settings/connect-key.jsx';
import { connectSession } from './settings/session.js';

// A session is for one customer and lasts minutes: never cached.
export const dynamic = 'force-dynamic';

export default async function Settings() {
  const { byo, token } = await connectSession();
  return (
    <main>
      <h1>AI provider</h1>
      <ConnectKey byo={byo} token={token} />
      <ByoBadge baseUrl={byo} />
    </main>
  );
}
