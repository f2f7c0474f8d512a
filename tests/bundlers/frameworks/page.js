// What both frameworks are given: a session, and where to tell of a key.

const { byo, session: token } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

export const session = { byo, token };

export function told(key) {
  document.querySelector('main').insertAdjacentText('afterend', `${key.provider} is connected.`);
}
