// A side's defects in a list: where each is, how loud, and to hear.

import { clipButton, playButton } from '../clips.js';
import { fill, make } from '../make.js';
import { countsWords, eventWords, kindWords, levelWords, loudWords, number, sentence, turnWords, clock } from '../words.js';

/** That many rows at a time, so that a shellac's 20,000 ticks don't fill the page. */
const PAGE = 60;

/**
 * Make the list of `side`'s defects. `seek(event)` goes to one in the player, or is null where there is none.
 * `mark(id)` shows the one that the player is at.
 */
export function defectList(side, seek) {
  const clips = new Set(side.clips ?? []);
  const ids = new Set(side.events.map((event) => event.id));
  const kinds = [...new Set(side.events.map((event) => event.kind))];
  let order = 'time';
  let kind = '';
  let shown = PAGE;
  const rows = new Map();
  const body = make('tbody');
  const more = make('button', { type: 'button', click: () => { shown += PAGE; show(); } });
  const element = make(
    'section',
    { class: 'card defects', 'aria-labelledby': 'defects-title' },
    make('h2', { id: 'defects-title' }, 'Every defect'),
    make(
      'div',
      { class: 'row defects-choice' },
      make('label', { for: 'defect-kind' }, 'Show'),
      chooser('defect-kind', [['', 'all, ticks of scratches and crackle together'], ...kinds.map((one) => [one, sentence(kindWords(one))])], (value) => { kind = value; }),
      make('label', { for: 'defect-order' }, 'First'),
      chooser('defect-order', [['time', 'the earliest'], ['loud', 'the loudest']], (value) => { order = value; }),
    ),
    make(
      'div',
      { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Defects' },
      make('table', {}, make('thead', {}, make('tr', {}, ...['at', 'what', 'where', 'how loud', 'hear'].map((name) => make('th', { scope: 'col' }, name)))), body),
    ),
    more,
  );

  function chooser(id, choices, choose) {
    const select = make('select', { id, change: () => { choose(select.value); shown = PAGE; show(); } }, ...choices.map(([value, words]) => make('option', { value }, words)));
    return select;
  }

  function show() {
    const chosen = side.events.filter((event) => (kind ? event.kind === kind : !ids.has(event.part_of)));
    if (order === 'loud') chosen.sort((a, b) => loud(b) - loud(a));
    rows.clear();
    fill(body, ...chosen.slice(0, shown).map(row));
    more.hidden = chosen.length <= shown;
    more.textContent = `Show more (${number(chosen.length - shown)} left)`;
    if (chosen.length === 0) fill(body, make('tr', {}, make('td', { colspan: 5 }, noneWords(side))));
  }

  function row(event) {
    const time = clock(event.time_s, 1);
    const words = `${kindWords(event.kind)} at ${time}`;
    const made = make(
      'tr',
      { class: `kind-${event.kind}`, title: eventWords(event).join(', ') },
      make('td', { class: 'n' }, time),
      make('th', { scope: 'row' }, make('span', { class: 'swatch', 'aria-hidden': 'true' }), sentence(kindWords(event.kind))),
      make('td', {}, [event.track && `track ${event.track}`, turnWords(event)].filter(Boolean).join(', ')),
      make('td', {}, loudWords(event), loudWords(event) !== levelWords(event) && make('span', { class: 'soft small plain' }, levelWords(event))),
      make('td', {}, hearing(event, words)),
    );
    rows.set(event.id, made);
    return made;
  }

  function hearing(event, words) {
    if (clips.has(event.id)) return clipButton(event.id, words);
    return seek && playButton(words, () => seek(event));
  }

  function mark(id) {
    for (const [of, one] of rows) one.classList.toggle('at', of === id);
  }

  show();
  return { element, mark };
}

/** A box that is killed as a side ends knows how many defects it had, and no longer where. */
function noneWords(side) {
  const counted = Object.values(side.counts ?? {}).some((count) => count > 0);
  return counted ? `This side\u2019s defects were lost in a restart. Found were ${countsWords(side.counts)}.` : 'No defects.';
}

function loud(event) {
  return event.audible_db ?? event.peak_db ?? -Infinity;
}
