// A short word at the foot of the page that something was done, or why not.

import { make } from './make.js';

const SHOWN_MS = 5000;

/** Show `words` for a moment. */
export function toast(words) {
  document.querySelector('.toast')?.remove();
  const shown = make('p', { class: 'toast', role: 'status' }, words);
  // A dialog stands above the page, so what is said while it is open is said in it.
  (document.querySelector('dialog[open]') ?? document.body).append(shown);
  setTimeout(() => shown.remove(), SHOWN_MS);
}
