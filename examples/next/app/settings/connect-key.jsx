'use client';

import { ByoConnect } from 'byo-connect/react';
import { useState } from 'react';

export function ConnectKey({ byo, token }) {
  const [connected, setConnected] = useState();
  return (
    <>
      <ByoConnect baseUrl={byo} sessionToken={token} providers="openai, anthropic, google" hideBadge onConnected={setConnected} />
      <p role="status">{connected && `${connected.provider} is connected.`}</p>
    </>
  );
}
