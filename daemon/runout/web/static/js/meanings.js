// The collector's words that this page uses, each with what it means.

import { make } from './make.js';
import { GRADES, KINDS, gradeClass, kindWords, sentence } from './words.js';

/** Make a card, closed at first, of what grades and kinds of defect mean. */
export function meanings() {
  return make(
    'details',
    { class: 'card' },
    make('summary', {}, 'What the words mean'),
    make('h3', {}, 'Grades'),
    make('p', { class: 'soft small' }, 'A play grade, from the sound alone, on the Goldmine scale. Sound can\u2019t tell Mint from Near Mint, so NM is the best. It says nothing of looks or sleeve.'),
    make('dl', { class: 'plain' }, ...Object.entries(GRADES).flatMap(([label, [name, plain]]) => [
      make('dt', {}, make('span', { class: `chip ${gradeClass(label)}` }, label)),
      make('dd', {}, `${name}: ${plain}`),
    ])),
    make('h3', {}, 'What is heard'),
    make('dl', { class: 'plain' }, ...Object.entries(KINDS).flatMap(([kind, plain]) => [
      make('dt', { class: `kind-${kind}` }, make('span', { class: 'swatch', 'aria-hidden': 'true' }), sentence(kindWords(kind))),
      make('dd', {}, plain),
    ])),
  );
}
