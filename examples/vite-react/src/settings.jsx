import { ByoConnect } from 'byo-connect/react';
import { useEffect, useState } from 'react';

export function Settings() {
  const session = useSession();
  const [connected, setConnected] = useState();

  return (
    <main>
      <h1>AI provider</h1>
      <ByoConnect baseUrl={session?.byo} sessionToken={session?.token} providers="openai, anthropic, google" onConnected={setConnected} />
      <p role="status">{connected && `${connected.provider} is connected.`}</p>
    </main>
  );
}

/** What the backend made for whoever is signed in; undefined until it is there. */
function useSession() {
  const [session, setSession] = useState();
  useEffect(() => {
    const leaving = new AbortController();
    fetch('/api/session', { method: 'POST', signal: leaving.signal })
      .then((answer) => answer.json())
      .then(setSession)
      .catch((error) => leaving.signal.aborted || console.error(error));
    return () => leaving.abort();
  }, []);
  return session;
}
