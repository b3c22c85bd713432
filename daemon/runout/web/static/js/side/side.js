// One side: its grade with the evidence, its sound with the defects, and what can be done with it.

import { ask, path, tell } from '../api.js';
import { sharp } from '../canvas.js';
import { confirmed } from '../dialog.js';
import { Groove, drawDisc } from '../disc.js';
import { make } from '../make.js';
import { meanings } from '../meanings.js';
import { editLabel } from '../records/label.js';
import { toast } from '../toast.js';
import { countsWords, number, recordWords } from '../words.js';
import { defectList } from './defects.js';
import { evidence, measures } from './evidence.js';
import { listing } from './listing.js';
import { whenThere } from './load.js';
import { player } from './player.js';
import { verdict } from './verdict.js';

const USUAL_RPM = 100 / 3;
/** Parts in which the needle isn't in the groove. */
const AWAY = new Set(['needle_up', 'needle_drop', 'lifted', 'stopped']);

/** Show the side `id` in `root`; returns what to call when it is left. */
export function sideView(root, _station, id) {
  const left = new AbortController();
  const column = make('div', { class: 'column' });
  root.append(column);
  const show = () => whenThere(column, load(id), left.signal, ([side, texts, known]) => build(side, texts, known, show, left.signal));
  show();
  return () => left.abort();
}

function load(id) {
  return Promise.all([ask(path`/api/sides/${id}`), ask(path`/api/sides/${id}/listing`), measures()]);
}

function build(side, texts, known, show, signal) {
  const place = make('div');
  let seek = null;
  const list = defectList(side, side.has_sound ? (event) => seek?.(event) : null);
  if (side.has_sound) {
    whenThere(place, player(side, (event) => list.mark(event.id), signal), signal, (made) => {
      seek = made.seek;
      return [made.element];
    });
  }
  return [
    verdict(side, actions(side, show)),
    place,
    make('div', { class: 'two' }, onRecord(side, signal), evidence(side.grade, known)),
    list.element,
    listing(texts),
    meanings(),
  ];
}

function actions(side, show) {
  return make(
    'div',
    { class: 'row verdict-do' },
    make('button', { type: 'button', class: 'main', click: () => editLabel(side.side_id, side.label, show) }, 'Label, price, sleeve'),
    side.record && make('a', { class: 'button', href: `#/record/${encodeURIComponent(side.record)}` }, 'This record over time'),
    make('a', { class: 'button', href: path`/api/sides/${side.side_id}/report`, target: '_blank', rel: 'noopener' }, 'The whole report'),
    make('a', { class: 'button', href: path`/api/sides/${side.side_id}`, download: `${side.side_id}.json` }, 'JSON'),
    make('button', { type: 'button', class: 'danger', click: () => remove(side) }, 'Delete'),
  );
}

async function remove(side) {
  const sure = await confirmed(`Delete \u201c${recordWords(side.label, side.name)}\u201d?`, 'Its grade, its defects, its sound and its report go. This can\u2019t be undone.', 'Delete it');
  if (!sure) return;
  try {
    await tell('DELETE', path`/api/sides/${side.side_id}`);
    location.hash = '#/records';
    toast('Deleted.');
  } catch (error) {
    toast(error.message);
  }
}

function onRecord(side, signal) {
  const played = (side.parts ?? []).filter((part) => !AWAY.has(part.part));
  const startS = side.parts?.[0]?.start_s ?? 0;
  const endS = played.at(-1)?.end_s ?? side.duration_s;
  const groove = new Groove(startS, endS, side.rpm ?? USUAL_RPM);
  const speed = side.rpm ? `${number(side.rpm, 1)} rpm` : 'as if at 33\u2153 rpm';
  const canvas = make('canvas', { class: 'disc', role: 'img', 'aria-label': `The record seen from above, with its defects: ${countsWords(side.counts)}` });
  sharp(canvas, (context, width) => {
    const rings = played.filter((part) => part.part !== 'track');
    drawDisc(context, width, groove, side.events, { heardS: endS, rings, label: side.grade.label, words: side.rpm ? speed : '' });
  }, signal);
  return make(
    'section',
    { class: 'card', 'aria-labelledby': 'record-title' },
    make('h2', { id: 'record-title' }, 'On the record'),
    make('div', { class: 'disc-place' }, canvas),
    make('p', { class: 'soft small' }, `Seen from above, drawn ${side.rpm ? `at ${speed}` : speed}: the rim is the beginning, straight up is where the needle went down. A scratch runs across the grooves; single clicks are dots, the louder the larger; light rings are groove without music.`),
  );
}
