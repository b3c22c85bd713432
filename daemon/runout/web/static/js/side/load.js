// Fetches for a view that may have been left meanwhile.

import { fill, make } from '../make.js';

/** Fill `root` with what `build(answer)` makes of what `asking` promises; says what went wrong. Nothing where `signal` aborted. */
export async function whenThere(root, asking, signal, build) {
  root.setAttribute('aria-busy', 'true');
  try {
    const answer = await asking;
    if (!signal.aborted) fill(root, ...build(answer));
  } catch (error) {
    if (error.status === undefined) throw error;
    if (!signal.aborted) fill(root, make('p', { class: 'card empty' }, error.message));
  } finally {
    root.removeAttribute('aria-busy');
  }
}
