// One record over its plays: is it wearing, did the cleaning help?

import { ask, path } from '../api.js';
import { draw, make } from '../make.js';
import { called, measures } from '../side/evidence.js';
import { whenThere } from '../side/load.js';
import { GRADES, LABELS, clock, countsWords, gradeClass, number, reasonWords, recordWords, sentence, unitWords, whenWords } from '../words.js';

/** Of the chart of grades, in its own units. */
const WIDTH = 900;
const ROW = 34;
const LEFT = 60;
const CHANGED = { more: 'more', less: 'less', same: 'the same, as far as it can be told' };

/** Show the record `id` in `root`; returns what to call when it is left. */
export function historyView(root, _station, id) {
  const left = new AbortController();
  const column = make('div', { class: 'column' });
  root.append(column);
  whenThere(column, Promise.all([ask(path`/api/records/${id}`), measures()]), left.signal, ([record, known]) => build(record, known));
  return () => left.abort();
}

function build(record, known) {
  const plays = record.plays.map((play) => play.summary);
  const graded = plays.filter((side) => side.grade.label);
  const [before, after] = (record.compare ?? []).map((sideId) => record.plays.find((play) => play.summary.side_id === sideId));
  return [
    make(
      'section',
      { class: 'card' },
      make('h1', {}, recordWords(record, null)),
      make('p', { class: 'history-change' }, record.change),
      graded.length > 1 && chart(graded),
    ),
    before && after && make('h2', {}, 'Before and after'),
    before && after && make('div', { class: 'two' }, play(before.summary, 'Before'), play(after.summary, 'After')),
    record.differences?.length > 0 && differences(record.differences),
    every(record.plays, known),
  ];
}

function play(side, when) {
  const { grade } = side;
  return make(
    'section',
    { class: 'card history-play', 'aria-label': when },
    make('div', { class: `verdict-badge ${gradeClass(grade.label)}` }, grade.label ?? '\u2013'),
    make(
      'div',
      {},
      make('h3', {}, when),
      make('p', { class: 'soft' }, whenWords(side.started_at)),
      make('p', {}, make('strong', {}, grade.label ? reasonWords(grade) : sentence(grade.limited_by))),
      make('p', {}, sentence(countsWords(side.counts))),
      side.label.note && make('p', { class: 'soft' }, side.label.note),
      make('a', { href: `#/side/${encodeURIComponent(side.side_id)}` }, `Look at the side ${when.toLowerCase()}`),
    ),
  );
}

function differences(rows) {
  return make(
    'section',
    { class: 'card', 'aria-labelledby': 'differences-title' },
    make('h2', { id: 'differences-title' }, 'What changed'),
    make(
      'div',
      { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'What changed' },
      make(
        'table',
        {},
        make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'measure'), make('th', { scope: 'col', class: 'n' }, 'before'), make('th', { scope: 'col', class: 'n' }, 'after'), make('th', { scope: 'col' }, 'unit'), make('th', { scope: 'col' }, 'so there is'))),
        make('tbody', {}, ...rows.map((row) => make(
          'tr',
          { class: row.changed === 'same' ? 'soft' : null },
          make('th', { scope: 'row' }, row.words),
          make('td', { class: 'n' }, figure(row.first)),
          make('td', { class: 'n' }, figure(row.last)),
          make('td', { class: 'soft' }, unitWords(row.unit)),
          make('td', {}, CHANGED[row.changed]),
        ))),
      ),
    ),
  );
}

function every(plays, known) {
  const names = Object.keys(plays[0]?.measures ?? {});
  return make(
    'section',
    { class: 'card', 'aria-labelledby': 'plays-title' },
    make('h2', { id: 'plays-title' }, 'Every play'),
    make(
      'div',
      { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Every play' },
      make(
        'table',
        {},
        make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'when'), make('th', { scope: 'col' }, 'grade'), ...names.map((name) => make('th', { scope: 'col', class: 'n' }, called(known, name), ' ', unitWords(known[name]?.unit))), make('th', { scope: 'col', class: 'n' }, 'length'))),
        make('tbody', {}, ...[...plays].reverse().map(({ summary, measures: measured }) => make(
          'tr',
          {},
          make('th', { scope: 'row' }, make('a', { href: `#/side/${encodeURIComponent(summary.side_id)}` }, whenWords(summary.started_at))),
          make('td', {}, make('span', { class: `chip ${gradeClass(summary.grade.label)}` }, summary.grade.label ?? '\u2013')),
          ...names.map((name) => make('td', { class: 'n' }, figure(measured[name]))),
          make('td', { class: 'n' }, clock(summary.duration_s)),
        ))),
      ),
    ),
  );
}

/** The grades over the plays: the better, the higher. */
function chart(sides) {
  const indices = sides.map((side) => side.grade.index);
  const best = Math.max(0, Math.floor(Math.min(...indices)) - 1);
  const worst = Math.min(LABELS.length - 1, Math.ceil(Math.max(...indices)) + 1);
  const shown = LABELS.slice(best, worst + 1);
  const x = (i) => LEFT + 40 + (i * (WIDTH - LEFT - 80)) / Math.max(1, sides.length - 1);
  const y = (index) => ROW * (index - best + 0.5);
  const words = sides.map((side) => `${whenWords(side.started_at)}: ${GRADES[side.grade.label][0]}`).join('; ');
  return draw(
    'svg',
    { class: 'history-chart', viewBox: `0 0 ${WIDTH} ${ROW * shown.length + 4}`, role: 'img', 'aria-label': `Grades over the plays. ${words}` },
    ...shown.flatMap((label, i) => [
      draw('text', { x: LEFT - 14, y: ROW * (i + 0.5) + 6, 'text-anchor': 'end' }, label),
      draw('path', { class: 'history-grid', d: `M${LEFT} ${ROW * (i + 0.5)}H${WIDTH}` }),
    ]),
    draw('path', { class: 'history-line', d: `M${indices.map((index, i) => `${x(i)} ${y(index)}`).join('L')}` }),
    ...sides.map((side, i) => draw('circle', { class: `history-dot ${gradeClass(side.grade.label)}`, cx: x(i), cy: y(indices[i]), r: 10 })),
  );
}

function figure(value) {
  return typeof value === 'number' ? number(value, Math.abs(value) >= 100 || value === 0 ? 0 : 1) : '\u2013';
}
