// What a product writes in TypeScript; compiled and never run.
import { createConnect, type ByoError, type ConnectedKey } from 'byo-connect';
import type { ByoConnect as Element } from 'byo-connect/element';
import { ByoBadge, ByoConnect } from 'byo-connect/react';
import { useRef } from 'react';

export function Settings({ session }: { session?: string }) {
  const field = useRef<Element>(null);
  const connected = (key: ConnectedKey) => console.log(key.id, key.hint?.length);
  const failed = (error: ByoError) => console.log(error.code, error.retryAfter);
  return (
    <section>
      <ByoConnect
        ref={field}
        baseUrl="https://byo.example.com"
        sessionToken={session ?? ''}
        providers="openai, azure"
        providerConfig={{ azure: { apiVersion: 'v1' } }}
        className="wide"
        style={{ maxWidth: 400 }}
        aria-describedby="why"
        theme="auto"
        locale="de-AT"
        messages={{ connect: 'Go live with {provider}' }}
        required
        disabled={!session}
        onReady={() => field.current?.focus()}
        onChange={({ complete }) => console.log(complete satisfies boolean)}
        onConnected={connected}
        onRotated={connected}
        onDisconnected={({ id }) => console.log(id)}
        onReverted={({ mode, revoked }) => console.log(mode === 'demo', revoked.length)}
        onError={failed}
        onLoadError={failed}
        onState={({ state }) => console.log(state === 'connected')}
      />
      <button onClick={() => field.current?.connect().then(connected, failed)}>Save</button>
      <ByoBadge theme="dark" href="/trust" locale="ja" className="small" />
      {/* @ts-expect-error no such theme */}
      <ByoBadge theme="pink" />
      {/* @ts-expect-error there is no such text */}
      <ByoConnect messages={{ conect: 'Go' }} />
      {/* @ts-expect-error a key is never given to the element */}
      <ByoConnect providerKey="sk-abc" />
    </section>
  );
}

document.querySelector('byo-connect')?.addEventListener('byo-connected', ({ detail }) => console.log(detail.fingerprint));
export const connect = createConnect({ baseURL: 'https://byo.example.com', sessionToken: 'byo_cs_test_abc' });
