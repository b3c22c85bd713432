// All sides that were graded: to be searched, sorted, and taken along.

import { ask } from '../api.js';
import { fill, make } from '../make.js';
import { LABELS, clock, gradeClass, number, reasonWords, recordWords, sentence, whenWords } from '../words.js';

/** Milliseconds after the last key that the search begins. */
const TYPING_MS = 250;
const CHOICES = {
  grade: ['Grade', [['', 'any'], ...LABELS.map((label) => [label, label]), ['none', 'not graded']]],
  source: ['From', [['', 'anywhere'], ['ear', 'the record player'], ['upload', 'a file'], ['microphone', 'a microphone']]],
  sort: ['First', [['newest', 'the newest'], ['oldest', 'the oldest'], ['best', 'the best'], ['worst', 'the worst'], ['name', 'by name']]],
};

/** Show the records in `root`; returns what to call when it is left. */
export function recordsView(root, { stream }) {
  const left = new AbortController();
  const total = make('p', { class: 'soft', role: 'status' });
  const list = make('ul', { class: 'record-list' });
  const more = make('button', { type: 'button', hidden: true, click: () => load(cursor) }, 'Show more');
  const search = make('input', { id: 'search', name: 'search', type: 'search', autocomplete: 'off', placeholder: 'Artist, title, number, note \u2026' });
  const filters = make(
    'form',
    { class: 'card filters', role: 'search', 'aria-label': 'Records', input: later, submit: (event) => { event.preventDefault(); load(); } },
    make('div', { class: 'filter-search' }, make('label', { for: 'search' }, 'Search'), search),
    ...Object.entries(CHOICES).map(([name, [words, choices]]) =>
      make('div', {}, make('label', { for: `filter-${name}` }, words), make('select', { id: `filter-${name}`, name }, ...choices.map(([value, said]) => make('option', { value }, said))))),
  );
  const exports = { csv: make('a', { class: 'button', download: true }, 'CSV for a spreadsheet'), json: make('a', { class: 'button', download: true }, 'JSON') };
  let cursor = null;
  let timer = null;
  let asked = 0;
  root.append(
    make(
      'div',
      { class: 'column' },
      make('div', { class: 'row spread records-head' }, make('h1', {}, 'Records'), make('div', { class: 'row' }, exports.csv, exports.json)),
      filters,
      total,
      list,
      more,
    ),
  );

  function later() {
    clearTimeout(timer);
    timer = setTimeout(load, TYPING_MS);
  }

  function chosen() {
    const filled = [...new FormData(filters)].filter(([, value]) => value !== '');
    return new URLSearchParams(filled);
  }

  async function load(from = null) {
    const number = ++asked;
    const query = chosen();
    exports.csv.href = `/api/sides.csv?${query}`;
    exports.json.href = `/api/sides.json?${query}`;
    if (from) query.set('cursor', from);
    try {
      const found = await ask(`/api/sides?${query}`);
      // An answer that was overtaken by a later question is no longer wanted.
      if (number === asked && !left.signal.aborted) show(found, from !== null);
    } catch (error) {
      total.textContent = error.message;
    }
  }

  function show(found, further) {
    cursor = found.cursor;
    more.hidden = cursor === null;
    total.textContent = found.total === 1 ? '1 side' : `${number(found.total)} sides`;
    const rows = found.sides.map(row);
    if (further) list.append(...rows);
    else if (rows.length > 0) fill(list, ...rows);
    else fill(list, make('li', { class: 'card empty' }, [...chosen().keys()].some((name) => name !== 'sort') ? 'No side is like that.' : 'No side was graded yet. Put a record on, or check a file.'));
  }

  for (const kind of ['hello', 'side', 'deleted']) stream.addEventListener(kind, later, { signal: left.signal });
  stream.addEventListener('upload', ({ detail }) => { if (detail.state === 'done') later(); }, { signal: left.signal });
  load();
  return () => {
    left.abort();
    clearTimeout(timer);
  };
}

function row(side) {
  const { grade, label } = side;
  const beside = [label.catalogue, label.sleeve && `sleeve ${label.sleeve}`, side.source !== 'ear' && (label.artist || label.title) && side.name].filter(Boolean);
  return make(
    'li',
    {},
    make(
      'a',
      { class: 'record-row', href: `#/side/${encodeURIComponent(side.side_id)}` },
      make('span', { class: `chip large ${gradeClass(grade.label)}` }, grade.label ?? '\u2013', !grade.label && make('span', { class: 'unseen' }, 'not graded')),
      make(
        'span',
        { class: 'record-what' },
        make('strong', {}, recordWords(label, side.name)),
        make('span', { class: 'record-reason' }, grade.label ? reasonWords(grade) : sentence(grade.limited_by ?? 'plays now')),
        beside.length > 0 && make('span', { class: 'soft small' }, beside.join(' \u00b7 ')),
      ),
      make('span', { class: 'record-price' }, label.price),
      make('span', { class: 'record-when soft small' }, make('time', { datetime: side.started_at }, whenWords(side.started_at)), side.duration_s !== null && make('span', {}, clock(side.duration_s))),
    ),
  );
}
