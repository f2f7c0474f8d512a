// A product's page, the same for every bundler. The import of one name must leave the elements registered: bundlers drop what they take for
// free of side effects.
import { createConnect } from 'byo-connect';
import 'byo-connect/badge';

const { byo, session } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const field = document.createElement('byo-connect');
Object.assign(field, { baseUrl: byo, sessionToken: session, provider: 'openai' });
document.querySelector('main').append(field, document.createElement('byo-badge'));
globalThis.connect = createConnect({ baseURL: byo, sessionToken: session });
