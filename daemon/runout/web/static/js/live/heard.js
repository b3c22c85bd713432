// The defects as they are heard, the newest first.

import { clipButton } from '../clips.js';
import { fill, make } from '../make.js';
import { clock, countsWords, kindWords, loudWords, sentence, turnWords } from '../words.js';

/** That many are listed. */
const LISTED = 14;

/** Make the list. `show()` brings it up to date with `playing`. */
export function heardList(playing) {
  const list = make('ol', { class: 'heard-list' });
  const none = make('p', { class: 'soft' }, 'Nothing yet.');
  const element = make('section', { class: 'card heard', 'aria-labelledby': 'heard-title' }, make('h2', { id: 'heard-title' }, 'Heard'), none, list);
  const rows = new Map();

  function show() {
    const listed = newest(playing.events);
    none.hidden = listed.length > 0;
    const kept = new Set(listed.map((event) => event.id));
    for (const id of rows.keys()) if (!kept.has(id)) rows.delete(id);
    const parts = Map.groupBy([...playing.events.values()].filter((one) => one.part_of), (one) => one.part_of);
    fill(list, ...listed.map((event) => row(event, parts.get(event.id)?.length ?? 0)));
  }

  /** A row stays the same element while nothing of it changes: its button may be playing, or have the focus. */
  function row(event, ticks) {
    const told = `${event.phase} ${ticks} ${playing.startedS}`;
    const old = rows.get(event.id);
    if (old?.told === told) return old.element;
    const when = clock(event.time_s - (playing.startedS ?? 0));
    const rest = [
      event.phase === 'begin' && 'going on',
      event.track && `track ${event.track}`,
      turnWords(event) || (ticks > 0 && countsWords({ click: ticks })),
      event.kind !== 'skip' && event.kind !== 'locked_groove' && loudWords(event),
    ].filter(Boolean);
    const words = `${kindWords(event.kind)} at ${when}`;
    const made = make(
      'li',
      { class: `kind-${event.kind}` },
      make('span', { class: 'swatch', 'aria-hidden': 'true' }),
      make('div', {}, make('p', { class: 'heard-kind' }, sentence(kindWords(event.kind)), make('span', { class: 'figures' }, when)), make('p', { class: 'soft small' }, rest.join(' \u00b7 '))),
      event.clip && clipButton(event.id, words),
    );
    rows.set(event.id, { told, element: made });
    return made;
  }

  return { element, show };
}

/** Defects of their own: a tick of a scratch or of crackle is told with it. */
function newest(events) {
  return [...events.values()]
    .filter((event) => !events.has(event.part_of))
    .sort((a, b) => b.time_s - a.time_s)
    .slice(0, LISTED);
}
