// What plays: the record, how far it is, and how loud.

import { fill, make } from '../make.js';
import { clock, countsWords, number, partWords, recordWords, sentence } from '../words.js';

/** Lowest level that a meter shows, dBFS. */
const FLOOR_DB = -60;
/** Decibels a second by which a held peak falls. */
const FALL_DB = 12;
/** Over this a peak is too close to full scale, dBFS. */
const HOT_DB = -1;
const CHANNELS = ['left', 'right'];

/** Make the strip. `show(playing)` tells the side, `hear(sound)` moves the meters. */
export function nowStrip(actions) {
  const title = make('p', { class: 'now-title' });
  const time = make('p', { class: 'now-time figures' });
  const part = make('p', { class: 'now-part' });
  const found = make('p', { class: 'soft' });
  const meters = CHANNELS.map(meter);
  const element = make(
    'section',
    { class: 'card now', 'aria-label': 'Now playing' },
    make('div', { class: 'now-what' }, title, found),
    make('div', { class: 'now-when' }, time, part),
    make('div', { class: 'meters' }, ...meters.map((one) => one.element)),
    make('div', { class: 'now-do' }, actions),
  );

  function show(playing) {
    const { state } = playing;
    const down = playing.isDown;
    title.textContent = down ? recordWords(state.label, state.name, 'A record without a label') : 'No record plays';
    fill(time, down ? clock(state.elapsed_s) : '\u2013:\u2013\u2013');
    part.textContent = state ? sentence(partWords(state.part, state.track)) : '';
    found.textContent = down ? `Heard so far: ${countsWords(state.counts)}` : '';
  }

  function hear(sound) {
    CHANNELS.forEach((channel, i) => meters[i].move(sound.level_db?.[channel], sound.peak_db?.[channel]));
  }

  return { element, show, hear };
}

function meter(channel) {
  const bar = make('span', { class: 'meter-bar' });
  const peak = make('span', { class: 'meter-peak' });
  const words = make('span', { class: 'meter-words figures' }, 'silent');
  const element = make(
    'div',
    { class: 'meter', role: 'meter', 'aria-label': `Level, ${channel}`, 'aria-valuemin': FLOOR_DB, 'aria-valuemax': 0, 'aria-valuenow': FLOOR_DB },
    make('span', { class: 'meter-name', 'aria-hidden': 'true' }, channel[0].toUpperCase()),
    make('span', { class: 'meter-rail' }, bar, peak),
    words,
  );
  let held = FLOOR_DB;
  let movedMs = performance.now();

  function move(level, top) {
    const nowMs = performance.now();
    const fallen = held - (FALL_DB * (nowMs - movedMs)) / 1000;
    held = typeof level === 'number' ? Math.max(top ?? FLOOR_DB, fallen, FLOOR_DB) : FLOOR_DB;
    movedMs = nowMs;
    bar.style.transform = `scaleX(${share(level)})`;
    peak.style.left = `${100 * share(held)}%`;
    element.classList.toggle('hot', held > HOT_DB);
    const silent = typeof level !== 'number' || level <= FLOOR_DB;
    words.textContent = silent ? 'silent' : `${number(level)} dB`;
    element.setAttribute('aria-valuenow', silent ? FLOOR_DB : Math.round(level));
    element.setAttribute('aria-valuetext', words.textContent);
  }

  return { element, move };
}

function share(level) {
  return Math.min(1, Math.max(0, 1 - (level ?? FLOOR_DB) / FLOOR_DB));
}
