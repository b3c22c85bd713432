// The sound as it goes by: waveform above, spectrogram below, each defect where it was heard.

import { colour, letters, sharp, still } from '../canvas.js';
import { make } from '../make.js';
import { kindWords } from '../words.js';
import { HeardSound, SHOWN_S } from './heard-sound.js';

/** Seconds by which the picture is behind what came, so that it glides between two words of the station. */
const BEHIND_S = 0.15;
const FURTHEST_BEHIND_S = 0.6;
const FRAME_MS = 33;
/** Milliseconds after the last sound at which it stands still. */
const IDLE_MS = 1500;
/** Share of the height that the waveform has. */
const WAVE_SHARE = 0.45;
/** Outline that fills the waveform's height at the least, of 127: noise alone shouldn't. */
const LEAST_FULL = 20;

/** Make the picture. `hear(sound)` takes sound, `quiet()` forgets it, `playing` has the defects; it rests when `signal` aborts. */
export function rollingPicture(playing, signal) {
  const canvas = make('canvas', { class: 'rolling-canvas', role: 'img', 'aria-label': 'Waveform and spectrogram of the last 20 seconds' });
  const element = make(
    'section',
    { class: 'card rolling', 'aria-label': 'The sound as it goes by' },
    canvas,
    make('div', { class: 'rolling-axis soft small', 'aria-hidden': 'true' }, make('span', {}, '20 s ago'), make('span', { class: 'rolling-what' }, 'above: loudness, below: pitch, deep to high'), make('span', {}, 'now')),
  );
  const sound = new HeardSound();
  let headS = 0;
  let full = LEAST_FULL;
  let drawnMs = 0;
  let heardMs = -IDLE_MS;
  let waiting = false;
  const redraw = sharp(canvas, paint, signal);

  function hear(word) {
    sound.take(word);
    heardMs = performance.now();
    if (still()) {
      headS = sound.endS;
      redraw();
    } else if (!waiting) {
      waiting = true;
      drawnMs = heardMs;
      requestAnimationFrame(frame);
    }
  }

  function quiet() {
    sound.forget();
    redraw();
  }

  function frame(ms) {
    waiting = !signal.aborted && performance.now() - heardMs < IDLE_MS;
    if (ms - drawnMs >= FRAME_MS) {
      const glided = headS + (ms - drawnMs) / 1000;
      headS = Math.min(sound.endS - BEHIND_S, Math.max(glided, sound.endS - FURTHEST_BEHIND_S));
      drawnMs = ms;
      redraw();
    }
    if (waiting) requestAnimationFrame(frame);
  }

  function paint(context, width, height) {
    if (sound.end === sound.begin) {
      nothing(context, width, height);
      return;
    }
    const to = headS / sound.hopS;
    const from = to - SHOWN_S / sound.hopS;
    const high = Math.round(height * WAVE_SHARE);
    full += (Math.max(LEAST_FULL, sound.loudest(Math.floor(from))) - full) * 0.1;
    const heardX = Math.max(0, ((sound.begin - from) / (to - from)) * width);
    context.fillStyle = '#000';
    context.fillRect(heardX, high + 4, width - heardX, height - high - 4);
    outline(context, from, to, width, high);
    sound.drawSpectrum(context, from, to, 0, high + 4, width, height - high - 4);
    marks(context, width, height);
  }

  function nothing(context, width, height) {
    letters(context, 1.1);
    context.textAlign = 'center';
    context.fillStyle = colour('soft');
    context.fillText('No sound arrives', width / 2, height / 2);
    context.textAlign = 'start';
  }

  function outline(context, from, to, width, high) {
    const each = width / (to - from);
    context.fillStyle = colour('wave-in');
    [0, 2].forEach((which, lane) => {
      const middle = (high / 4) * (1 + 2 * lane);
      const tall = high / 4 / full;
      context.beginPath();
      for (let hop = Math.max(Math.ceil(from), sound.begin); hop < Math.min(to, sound.end); hop += 1) {
        const top = middle - Math.max(sound.at(hop, which + 1) * tall, 0.5);
        const foot = middle - Math.min(sound.at(hop, which) * tall, -0.5);
        context.rect((hop - from) * each, top, Math.max(1, each - 0.4), foot - top);
      }
      context.fill();
    });
  }

  function marks(context, width, height) {
    const high = Math.round(height * WAVE_SHARE);
    const seen = [...playing.events.values()].map((event) => [event, (1 - (headS - event.time_s) / SHOWN_S) * width]).filter(([, x]) => x > -2 && x < width + 2);
    for (const [event, x] of seen) {
      context.fillStyle = colour(event.kind);
      context.fillRect(x - 1, 0, 2, high);
      context.fillStyle = 'rgb(255 255 255 / .8)';
      context.fillRect(x - 0.5, high + 4, 1, height);
    }
    const line = letters(context, 0.8, 600) * 1.4;
    let freeX = -Infinity;
    for (const [event, x] of seen) {
      const words = kindWords(event.kind);
      const wide = context.measureText(words).width + line / 2;
      if (playing.events.has(event.part_of) || x < freeX || x + wide > width) continue;
      freeX = x + wide;
      context.fillStyle = colour(event.kind);
      context.fillRect(x - 1, 0, wide, line);
      context.fillStyle = '#fff';
      context.fillText(words, x + line / 5, line * 0.74);
    }
  }

  return { element, hear, quiet };
}
