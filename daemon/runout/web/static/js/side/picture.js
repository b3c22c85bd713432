// Draws a stretch of a side: its parts, its sound and its defects over one axis of time.

import { colour, letters } from '../canvas.js';
import { clock, kindWords } from '../words.js';

/** Heights in rem, and how large letters are. */
const PART = 1.4;
const AXIS = 1.25;
const LANE = 1.25;
const LETTERS = 0.76;
/** Shares of what is left of the height. */
const WAVE_SHARE = 0.42;
/** Steps of the axis of time, seconds, and the least room between two of them. */
const STEPS_S = [0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800];
const STEP_WIDTH = 70;
const FLAGGED = new Set(['skip', 'locked_groove']);
const INPUTS = new Set(['clipping', 'capture_glitch']);
/** Decibels of a mark as high as its lane. */
const LOUDEST_DB = 30;
/** Marks of more than so many are drawn paler over the sound, so that it stays seen. */
const FEW = 80;

/** A picture's layout: lanes for the kinds that `events` hold. Pixels. */
class Layout {
  constructor(events, height, rem) {
    this.kinds = [...new Set(events.map((event) => event.kind))];
    this.part = PART * rem;
    this.lane = LANE * rem;
    const left = height - this.part - AXIS * rem - this.lane * this.kinds.length - 12;
    this.waveTop = this.part + 6;
    this.wave = Math.round(left * WAVE_SHARE);
    this.spectrumTop = this.waveTop + this.wave + 6;
    this.spectrum = left - this.wave;
    this.axisTop = this.spectrumTop + this.spectrum;
    this.lanesTop = this.axisTop + AXIS * rem;
    this.letters = LETTERS * rem;
  }
}

/**
 * Draw seconds `from` to `to` of a side into `width` x `height` pixels.
 * `sound`: {peaks, spectrogram, duration_s}; `hidden`: kinds that aren't shown.
 */
export function drawSide(context, width, height, { from, to, sound, events, parts, hidden }) {
  const layout = new Layout(events, height, letters(context, 1));
  const x = (time) => ((time - from) / (to - from)) * width;
  drawParts(context, parts, x, width, layout.part);
  drawWave(context, sound.peaks, from, to, width, layout);
  drawSpectrum(context, sound, from, to, width, layout);
  drawAxis(context, from, to, x, layout);
  layout.kinds.forEach((kind, i) => {
    const seen = events.filter((event) => event.kind === kind && event.time_s + event.duration_s >= from && event.time_s <= to);
    drawLane(context, kind, seen, x, width, layout, i, hidden.has(kind));
  });
}

function drawParts(context, parts, x, width, high) {
  letters(context, LETTERS, 600);
  context.textAlign = 'center';
  for (const part of parts) {
    const [left, right] = [Math.max(0, x(part.start_s)), Math.min(width, x(part.end_s))];
    if (right <= left) continue;
    const track = part.part === 'track';
    context.fillStyle = colour('line');
    context.globalAlpha = track ? 1 : 0.35;
    context.fillRect(left + 0.5, 0, Math.max(1, right - left - 1), high);
    context.globalAlpha = 1;
    const words = track ? `track ${part.track}` : part.part.replaceAll('_', ' ');
    if (context.measureText(words).width + 8 > right - left) continue;
    context.fillStyle = colour(track ? 'ink' : 'soft');
    context.fillText(words, (left + right) / 2, high * 0.72);
  }
  context.textAlign = 'start';
}

function drawWave(context, peaks, from, to, width, layout) {
  context.fillStyle = colour('wave-in');
  const lanes = [peaks.left, peaks.right];
  const full = Math.max(20, peaks.full);
  lanes.forEach((pairs, lane) => {
    const tall = layout.wave / 4;
    const middle = layout.waveTop + tall * (1 + 2 * lane);
    const perPixel = (to - from) / width / peaks.hop_s;
    context.beginPath();
    for (let column = 0; column < width; column += 1) {
      const first = Math.max(0, Math.floor(from / peaks.hop_s + column * perPixel));
      const last = Math.min(pairs.length / 2, Math.max(first + 1, Math.floor(from / peaks.hop_s + (column + 1) * perPixel)));
      let [least, most] = [0, 0];
      for (let hop = first; hop < last; hop += 1) {
        least = Math.min(least, pairs[2 * hop]);
        most = Math.max(most, pairs[2 * hop + 1]);
      }
      const top = middle - Math.max((Math.min(most, full) / full) * tall, 0.5);
      const foot = middle + Math.max((Math.min(-least, full) / full) * tall, 0.5);
      context.rect(column, top, 1, foot - top);
    }
    context.fill();
  });
}

function drawSpectrum(context, sound, from, to, width, layout) {
  context.fillStyle = '#000';
  context.fillRect(0, layout.spectrumTop, width, layout.spectrum);
  const image = sound.spectrogram;
  if (!image) return;
  const perSecond = image.width / sound.duration_s;
  context.drawImage(image, from * perSecond, 0, (to - from) * perSecond, image.height, 0, layout.spectrumTop, width, layout.spectrum);
}

function drawAxis(context, from, to, x, layout) {
  const perPixel = (to - from) / x(to);
  const step = STEPS_S.find((one) => one / perPixel >= STEP_WIDTH) ?? STEPS_S.at(-1);
  const decimals = step < 0.1 ? 2 : step < 1 ? 1 : 0;
  letters(context, LETTERS);
  context.fillStyle = colour('soft');
  for (let tick = Math.ceil(from / step); tick * step < to; tick += 1) {
    const at = x(tick * step);
    context.fillRect(at, layout.axisTop, 1, 4);
    context.fillText(clock(tick * step, decimals), at + 3, layout.axisTop + 4 + layout.letters);
  }
}

function drawLane(context, kind, events, x, width, layout, number, hidden) {
  const top = layout.lanesTop + layout.lane * number;
  const high = layout.lane - 3;
  context.globalAlpha = 0.4;
  context.fillStyle = colour('line');
  context.fillRect(0, top + 1, width, high);
  context.globalAlpha = 1;
  const tint = colour(kind);
  if (!hidden) {
    for (const event of events) {
      const left = x(event.time_s);
      const wide = Math.max(2, x(event.time_s + event.duration_s) - left);
      const share = event.peak_db === null || wide > 4 ? 1 : Math.min(1, Math.max(0.2, event.peak_db / LOUDEST_DB));
      context.fillStyle = tint;
      context.fillRect(left, top + high * (1 - share) + 1, wide, high * share);
      overSound(context, event, left, wide, tint, events.length > FEW, layout);
    }
  }
  name(context, kindWords(kind), top, high);
}

function overSound(context, event, left, wide, tint, dense, layout) {
  if (INPUTS.has(event.kind) && wide > 4) return;
  const flagged = FLAGGED.has(event.kind);
  context.globalAlpha = dense ? 0.25 : 0.75;
  if (wide > 4 && !flagged) {
    // An episode is a frame around its sound, so that the sound stays seen.
    context.strokeStyle = tint;
    context.lineWidth = 2;
    context.strokeRect(left, layout.waveTop - 2, wide, layout.wave + layout.spectrum + 8);
  } else {
    context.fillRect(left, layout.waveTop, flagged ? 2.5 : 1.5, layout.wave);
    context.fillStyle = '#fff';
    context.fillRect(left, layout.spectrumTop, flagged ? 2 : 1, layout.spectrum);
  }
  context.globalAlpha = 1;
}

function name(context, words, top, high) {
  letters(context, LETTERS, 600);
  const wide = context.measureText(words).width;
  context.fillStyle = colour('card');
  context.globalAlpha = 0.85;
  context.fillRect(0, top + 1, wide + 10, high);
  context.globalAlpha = 1;
  context.fillStyle = colour('ink');
  context.fillText(words, 5, top + 1 + high * 0.76);
}
