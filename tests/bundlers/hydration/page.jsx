import { ByoBadge, ByoConnect } from 'byo-connect/react';
import { useState } from 'react';

export function Page({ byo, session }) {
  const [connected, setConnected] = useState();
  return (
    <main>
      <ByoConnect baseUrl={byo} sessionToken={session} provider="openai" onConnected={setConnected} />
      <ByoBadge baseUrl={byo} theme="auto" />
      <p role="status">{connected && `${connected.provider} is connected.`}</p>
    </main>
  );
}
