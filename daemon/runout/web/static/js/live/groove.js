// The record under the needle: where on it the defects are that were heard so far.

import { sharp, still } from '../canvas.js';
import { Groove, drawDisc, drawNeedle } from '../disc.js';
import { make } from '../make.js';
import { countsWords, number } from '../words.js';

/** Seconds that a side is taken to be long until it is longer. */
const USUAL_S = 1200;
const FRAME_MS = 40;
/** Milliseconds after the last state at which the needle's dot stands still. */
const IDLE_MS = 2500;

/** Make the view. `show()` draws what `playing` has; it rests when `signal` aborts. */
export function grooveView(playing, signal) {
  const disc = make('canvas', { class: 'disc', role: 'img' });
  const needle = make('canvas', { class: 'disc', 'aria-hidden': 'true' });
  const element = make(
    'section',
    { class: 'card groove', 'aria-label': 'On the record' },
    make('div', { class: 'disc-place' }, disc, needle),
    make('p', { class: 'soft small' }, 'From above: dots are clicks, lines are scratches'),
  );
  let shownMs = 0;
  let drawnMs = 0;
  let waiting = false;
  const redraw = sharp(disc, (context, width) => {
    const { outlook } = playing.state ?? {};
    const words = playing.rpm === null ? '' : `${number(playing.rpm, 1)} rpm`;
    drawDisc(context, width, groove(), playing.events.values(), { heardS: playing.nowS, label: outlook?.label ?? null, ungraded: '', words });
  }, signal);
  const point = sharp(needle, (context, width) => {
    if (!playing.isDown || playing.startedS === null) return;
    const timeS = playing.nowS + Math.min(IDLE_MS, performance.now() - shownMs) / 1000;
    drawNeedle(context, width, groove(), timeS, !still());
  }, signal);

  function groove() {
    const startS = playing.startedS ?? 0;
    return new Groove(startS, Math.max(startS + USUAL_S, playing.nowS), playing.turnsPerMin);
  }

  function show() {
    shownMs = performance.now();
    redraw();
    if (still()) point();
    else if (!waiting) requestAnimationFrame(frame);
    const found = countsWords(playing.state?.counts);
    disc.setAttribute('aria-label', `The record seen from above, with the defects heard so far: ${found}`);
  }

  function frame(ms) {
    if (ms - drawnMs >= FRAME_MS) {
      drawnMs = ms;
      point();
    }
    waiting = !signal.aborted && performance.now() - shownMs < IDLE_MS;
    if (waiting) requestAnimationFrame(frame);
  }

  return { element, show };
}
