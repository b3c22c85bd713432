// Ready text for a shop's listing, to be copied.

import { make } from '../make.js';
import { toast } from '../toast.js';

const NAMES = { discogs: 'Discogs', ebay: 'eBay' };

/** Make the card; `texts` by name. */
export function listing(texts) {
  return make(
    'section',
    { class: 'card', 'aria-labelledby': 'listing-title' },
    make('h2', { id: 'listing-title' }, 'For a listing'),
    ...Object.entries(NAMES).flatMap(([key, name]) => [
      make('h3', {}, name),
      make('pre', { id: `listing-${key}` }, texts[key]),
      make('button', { type: 'button', click: () => copy(texts[key], name) }, `Copy for ${name}`),
    ]),
  );
}

async function copy(text, name) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    byHand(text);
  }
  toast(`Copied for ${name}.`);
}

/** Browsers give a page the clipboard only over https or on the box itself; the older way works everywhere. */
function byHand(text) {
  const field = make('textarea', { class: 'unseen', readonly: true });
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}
