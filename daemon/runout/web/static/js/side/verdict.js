// A side's grade with its reason, how sure it is, and how likely the others are.

import { draw, make } from '../make.js';
import { GRADES, LABELS, clock, countsWords, gradeClass, number, reasonWords, recordWords, sentence, sureWords, whenWords } from '../words.js';

const SOURCES = { ear: 'played on the box', played: 'a file, played to the box', upload: 'a file', microphone: 'recorded in a browser' };
const ROW = 26;

/** Make the head of a side: `side` as /api/sides/{id} has it, `actions` what can be done with it. */
export function verdict(side, actions) {
  const { grade, label } = side;
  const name = grade.label ? GRADES[grade.label][0] : 'Not graded';
  return make(
    'section',
    { class: 'card verdict' },
    make('div', { class: `verdict-badge ${gradeClass(grade.label)}`, 'aria-hidden': 'true' }, grade.label ?? '\u2013'),
    make(
      'div',
      { class: 'verdict-words' },
      make('h1', { tabindex: '-1' }, recordWords(label, side.name)),
      make('p', { class: 'verdict-reason' }, make('span', { class: 'unseen' }, `${name}. `), grade.label ? reasonWords(grade) : sentence(grade.limited_by)),
      make('p', { class: 'soft' }, grade.label ? `${name}: a play grade, from the sound alone. ${sureWords(grade.confidence)}.` : 'The grade is withheld; what was heard stands below all the same.'),
      grade.label && grade.probabilities && likely(grade.probabilities),
    ),
    facts(side),
    actions,
  );
}

function facts(side) {
  const { label } = side;
  const known = [
    ['heard', whenWords(side.started_at)],
    ['from', side.name ? `${SOURCES[side.source === 'ear' ? 'played' : side.source]}: ${side.name}` : SOURCES[side.source]],
    ['length', clock(side.duration_s)],
    ['speed', side.rpm ? `${number(side.rpm, 1)} rpm` : null],
    ['catalogue number', label.catalogue],
    ['price', label.price],
    ['sleeve', label.sleeve],
    ['note', label.note],
    ['found', countsWords(side.counts)],
  ];
  return make('dl', { class: 'facts' }, ...known.filter(([, value]) => value).map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))));
}

/** Bars of the labels that have a share worth showing. */
function likely(probabilities) {
  const shown = LABELS.filter((label) => probabilities[label] >= 0.005);
  const words = shown.map((label) => `${label} ${number(100 * probabilities[label])} %`);
  return draw(
    'svg',
    { class: 'likely', viewBox: `0 0 420 ${ROW * shown.length}`, role: 'img', 'aria-label': `How likely each grade is: ${words.join(', ')}` },
    ...shown.flatMap((label, i) => [
      draw('text', { x: 34, y: ROW * i + 18, 'text-anchor': 'end' }, label),
      draw('rect', { class: 'likely-rail', x: 44, y: ROW * i + 5, width: 310, height: 16, rx: 4 }),
      draw('rect', { class: `likely-bar ${gradeClass(label)}`, x: 44, y: ROW * i + 5, width: 310 * probabilities[label], height: 16, rx: 4 }),
      draw('text', { x: 362, y: ROW * i + 18 }, `${number(100 * probabilities[label])} %`),
    ]),
  );
}
