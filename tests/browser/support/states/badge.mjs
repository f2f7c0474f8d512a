// The badge, on pages of its theme.

const SAYS = 'Keys sealed in your browser';

export const BADGES = {
  'badge-light': { tag: 'byo-badge', attributes: { theme: 'light' }, shades: ['light'], says: SAYS },
  'badge-dark': { tag: 'byo-badge', attributes: { theme: 'dark' }, shades: ['dark'], says: SAYS },
  'badge-auto': { tag: 'byo-badge', attributes: { theme: 'auto' }, says: SAYS },
};
