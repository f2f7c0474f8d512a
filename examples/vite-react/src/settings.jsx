import { ByoConnect } from 'byo-connect/react';
import { useEffect, useState } from 'react';

export function Settings() {
  const { session, failed } = useSession();
  const [connected, setConnected] = useState();

  return (
    <main>
      <h1>AI provider</h1>
      <ByoConnect baseUrl={session?.byo} sessionToken={session?.token} providers="openai, anthropic, google" onConnected={setConnected} />
      <p role="status">{failed ? 'Keys cannot be connected just now.' : connected && `${connected.provider} is connected.`}</p>
    </main>
  );
}

/** What the backend made for whoever is signed in, as `session` once it is there; `failed` where it made none. */
function useSession() {
  const [state, setState] = useState({});
  useEffect(() => {
    const leaving = new AbortController();
    fetch('/api/session', { method: 'POST', signal: leaving.signal })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`the backend made no session: ${answer.status}`))))
      .then((session) => setState({ session }))
      .catch((error) => {
        if (leaving.signal.aborted) return;
        console.error(error);
        setState({ failed: true });
      });
    return () => leaving.abort();
  }, []);
  return state;
}
