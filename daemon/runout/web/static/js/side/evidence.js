// What a grade stands on: each measure with the grade that it alone would allow.

import { ask } from '../api.js';
import { make } from '../make.js';
import { gradeClass, number, sentence, unitWords } from '../words.js';

let asked = null;

/** Promise what measurements are called, by name: {"called", "plain", "unit"}. Asked once. */
export function measures() {
  asked ??= ask('/api/measures').catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
}

/** What a measurement is called, its name with spaces where it has none. */
export function called(known, name) {
  return known[name]?.called ?? sentence(name.replaceAll('_', ' '));
}

/** Make the card of the evidence of `grade`. */
export function evidence(grade, known) {
  const rows = [...(grade.evidence ?? [])].sort((a, b) => (b.index ?? -1) - (a.index ?? -1));
  const worst = Math.max(...rows.map((row) => row.index ?? -1));
  return make(
    'section',
    { class: 'card', 'aria-labelledby': 'evidence-title' },
    make('h2', { id: 'evidence-title' }, 'What the grade stands on'),
    rows.length === 0 && make('p', {}, 'Nothing that could be graded was heard.'),
    rows.length > 0 && make(
      'div',
      { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Evidence' },
      make(
        'table',
        {},
        make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'measure'), make('th', { scope: 'col', class: 'n' }, 'value'), make('th', { scope: 'col' }, 'unit'), make('th', { scope: 'col' }, 'allows'))),
        make('tbody', {}, ...rows.map((row) => line(row, known, row.index === worst && worst > 0))),
      ),
    ),
    make('p', { class: 'soft small' }, 'Each measure alone would allow its grade; the worst limits the side.'),
  );
}

function line(row, known, limits) {
  const plain = known[row.measure]?.plain;
  return make(
    'tr',
    { class: limits ? 'limits' : null },
    make('th', { scope: 'row' }, called(known, row.measure), plain && make('span', { class: 'soft small plain' }, plain)),
    make('td', { class: 'n' }, typeof row.value === 'number' ? number(row.value, Math.abs(row.value) >= 100 || Number.isInteger(row.value) ? 0 : 1) : '\u2013'),
    make('td', { class: 'soft' }, unitWords(row.unit)),
    make('td', {}, make('span', { class: `chip ${gradeClass(row.grade)}` }, row.grade)),
  );
}
