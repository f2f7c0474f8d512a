// A server component that uses the client component as it is.
import { ByoConnect } from 'byo-connect/react';

export default function Bare() {
  return <ByoConnect baseUrl="https://byo.example.com" label="Your key" hideBadge />;
}
