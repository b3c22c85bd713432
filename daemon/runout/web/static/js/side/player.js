// Plays a side's sound, with its defects marked on waveform and spectrogram.

import { ask, path } from '../api.js';
import { sharp, colour } from '../canvas.js';
import { make } from '../make.js';
import { clock, eventWords, kindWords, sentence } from '../words.js';
import { drawSide } from './picture.js';

/** Seconds that an arrow key goes, and that a defect is approached by. */
const STEP_S = 5;
const LEAD_S = 0.6;
/** Shortest stretch that is shown, seconds. */
const CLOSEST_S = 2;
/** Pixels around a mark that are the mark's. */
const NEAR = 6;
/** Of the peaks, the share that is drawn in full: a few clicks shouldn't make the music small. */
const FULL_SHARE = 0.995;

/**
 * Make the player of `side`. `reached(event)` is called as playing passes a defect.
 * Returns its element, and `seek(event)`, which plays from just before it.
 */
export async function player(side, reached, signal) {
  const [peaks, spectrogram] = await Promise.all([ask(path`/api/sides/${side.side_id}/peaks`), picture(path`/api/sides/${side.side_id}/spectrogram.png`)]);
  peaks.full = fullScale(peaks);
  const durationS = Math.max(side.duration_s, (peaks.left.length / 2) * peaks.hop_s);
  const view = { from: 0, to: durationS, sound: { peaks, spectrogram, duration_s: durationS }, events: side.events, parts: side.parts ?? [], hidden: new Set() };
  const ids = new Set(side.events.map((event) => event.id));
  const stops = side.events.filter((event) => !ids.has(event.part_of));
  let last = null;

  const sound = make('audio', { src: path`/api/sides/${side.side_id}/sound`, preload: 'metadata' });
  const canvas = make('canvas', { class: 'player-canvas' });
  const head = make('canvas', { class: 'player-canvas' });
  const slider = make(
    'div',
    { class: 'player-picture', role: 'slider', tabindex: '0', 'aria-label': 'Place in the side', 'aria-valuemin': 0, 'aria-valuemax': Math.round(durationS), keydown: onKey, pointerdown: onPoint, pointermove: onHover },
    canvas,
    head,
  );
  const time = make('span', { class: 'player-time figures' });
  const play = make('button', { type: 'button', class: 'main', click: toggle }, 'Play');
  const hint = make('p', { class: 'player-hint soft', 'aria-live': 'polite' });
  const kinds = [...new Set(side.events.map((event) => event.kind))];
  const element = make(
    'section',
    { class: 'card player', 'aria-labelledby': 'player-title' },
    make('h2', { id: 'player-title' }, 'Listen'),
    make(
      'div',
      { class: 'row' },
      play,
      time,
      make('button', { type: 'button', click: () => step(-1) }, 'Previous defect'),
      make('button', { type: 'button', click: () => step(1) }, 'Next defect'),
      make('span', { class: 'row player-zoom' }, make('button', { type: 'button', 'aria-label': 'Closer', click: () => zoom(0.5) }, '+'), make('button', { type: 'button', 'aria-label': 'Further', click: () => zoom(2) }, '\u2212'), make('button', { type: 'button', click: () => zoom(Infinity) }, 'Whole side')),
    ),
    make('div', { class: 'row player-kinds', role: 'group', 'aria-label': 'Marks that are shown' }, ...kinds.map(kindSwitch)),
    slider,
    hint,
    make('p', { class: 'soft small' }, 'Click the picture to go there. Keys: Space plays, arrows go 5 s, N and P to the next and previous defect, + and \u2212 closer and further.'),
    sound,
  );
  const redraw = sharp(canvas, (context, width, height) => drawSide(context, width, height, view), signal);
  const point = sharp(head, drawHead, signal);

  for (const kind of ['play', 'pause', 'ended']) sound.addEventListener(kind, () => { play.textContent = sound.paused ? 'Play' : 'Pause'; });
  sound.addEventListener('play', () => requestAnimationFrame(follow));
  sound.addEventListener('seeked', () => { last = null; show(); });
  sound.addEventListener('error', () => { hint.textContent = 'This browser can\u2019t play the sound, or it isn\u2019t kept any longer.'; });
  signal.addEventListener('abort', () => { sound.pause(); sound.removeAttribute('src'); });
  sayHint();
  show();

  function kindSwitch(kind) {
    const box = make('input', { type: 'checkbox', checked: true, change: () => { view.hidden[box.checked ? 'delete' : 'add'](kind); redraw(); } });
    return make('label', { class: `kind-${kind}` }, box, make('span', { class: 'swatch', 'aria-hidden': 'true' }), sentence(kindWords(kind)));
  }

  function toggle() {
    if (sound.paused) sound.play().catch(() => { hint.textContent = 'This browser can\u2019t play the sound.'; });
    else sound.pause();
  }

  function follow() {
    show();
    if (!sound.paused && !signal.aborted) requestAnimationFrame(follow);
  }

  function show() {
    const now = sound.currentTime;
    if (!sound.paused && (now > view.to || now < view.from)) slide(now - (view.to - view.from) * 0.1);
    time.textContent = `${clock(now, 1)} of ${clock(durationS)}`;
    slider.setAttribute('aria-valuenow', Math.round(now));
    slider.setAttribute('aria-valuetext', clock(now));
    const at = stops.findLast((event) => event.time_s <= now && now - event.time_s < Math.max(1.5, event.duration_s));
    if (at && at !== last && !sound.paused) {
      last = at;
      reached(at);
      hint.textContent = words(at);
    }
    point();
  }

  function drawHead(context, width, height) {
    const x = ((sound.currentTime - view.from) / (view.to - view.from)) * width;
    context.fillStyle = colour('accent');
    context.fillRect(x - 1, 0, 3, height);
  }

  function go(toS) {
    sound.currentTime = Math.min(durationS, Math.max(0, toS));
    if (toS < view.from || toS > view.to) slide(toS - (view.to - view.from) / 2);
    show();
  }

  function seek(event) {
    go(event.time_s - LEAD_S);
    reached(event);
    hint.textContent = words(event);
    if (sound.paused) toggle();
  }

  function step(way) {
    const now = sound.currentTime + LEAD_S;
    const next = way > 0 ? stops.find((event) => event.time_s > now + 0.05) : stops.findLast((event) => event.time_s < now - 0.3);
    if (next) {
      go(next.time_s - LEAD_S);
      reached(next);
      hint.textContent = words(next);
    }
  }

  function zoom(by) {
    const span = Math.min(durationS, Math.max(CLOSEST_S, (view.to - view.from) * by));
    const middle = sound.currentTime >= view.from && sound.currentTime <= view.to ? sound.currentTime : (view.from + view.to) / 2;
    view.to = view.from + span;
    slide(middle - span / 2);
  }

  function slide(from) {
    const span = view.to - view.from;
    view.from = Math.min(durationS - span, Math.max(0, from));
    view.to = view.from + span;
    redraw();
    point();
  }

  function onKey(event) {
    const deeds = {
      ' ': toggle, ArrowLeft: () => go(sound.currentTime - STEP_S), ArrowRight: () => go(sound.currentTime + STEP_S),
      Home: () => go(0), End: () => go(durationS), n: () => step(1), p: () => step(-1), '+': () => zoom(0.5), '-': () => zoom(2),
    };
    const deed = deeds[event.key];
    if (!deed || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    deed();
  }

  function onPoint(event) {
    const near = nearest(event);
    if (near) seek(near);
    else go(timeAt(event));
  }

  function onHover(event) {
    const near = nearest(event);
    if (near) hint.textContent = words(near);
    else sayHint();
  }

  function sayHint() {
    if (sound.paused) hint.textContent = side.events.length > 0 ? 'Point at a mark to read what it is.' : 'No defects were heard.';
  }

  function timeAt(event) {
    const { left, width } = slider.getBoundingClientRect();
    return view.from + ((event.clientX - left) / width) * (view.to - view.from);
  }

  function nearest(event) {
    const at = timeAt(event);
    const near = (NEAR * (view.to - view.from)) / slider.clientWidth;
    const seen = side.events.filter((one) => !view.hidden.has(one.kind) && Math.abs(one.time_s - at) <= near);
    return seen.sort((a, b) => Math.abs(a.time_s - at) - Math.abs(b.time_s - at))[0];
  }

  return { element, seek };
}

function words(event) {
  return [sentence(kindWords(event.kind)), ...eventWords(event)].join(' \u00b7 ');
}

/** Promise the picture at `address`, or null where there is none. */
async function picture(address) {
  const image = new Image();
  image.src = address;
  try {
    await image.decode();
  } catch {
    return null;
  }
  return image;
}

function fullScale({ left, right }) {
  const sizes = [...left, ...right].map(Math.abs).sort((a, b) => a - b);
  return sizes[Math.floor((sizes.length - 1) * FULL_SHARE)];
}
