// A side's defects on the record itself: the radius is time, the angle is where the platter stood.
// Seen from above, as in the report: what is heard later lies further on counter-clockwise, and
// straight up is where the needle went down.

import { colour } from './canvas.js';
import { gradeClass, loudness } from './words.js';

/** Radius of the outermost groove, in the picture's own units. */
const RADIUS = 200;
/** Of the innermost: IEC 60098 ends a 30 cm record's modulation at 120.7 mm across at the least, and begins it at 292.1. */
const INNER = (RADIUS * 60.3) / 146.05;
const LABEL = 64;
/** Room beyond the outermost groove: the record's rim. */
const RIM = 6;
/** A scratch is seen as a line, however few of a side's turns it goes over. */
const LEAST_LINE = 9;
/** Radius of a soft, a middling and a loud click. */
const DOTS = [1.7, 2.6, 3.6];
/** Dots that side by side cover a tenth of the disc: from there on they are small. */
const CROWD = 2000;

/** Where a side's moments lie. Seconds; `startS` is when the needle went down. */
export class Groove {
  constructor(startS, endS, turnsPerMin) {
    this.startS = startS;
    this.endS = Math.max(endS, startS + 1);
    this.turnsPerMin = turnsPerMin;
  }

  /** Radius of a moment. */
  radius(timeS) {
    const share = Math.min(1, Math.max(0, (timeS - this.startS) / (this.endS - this.startS)));
    return RADIUS - (RADIUS - INNER) * share;
  }

  /** Place of a moment, [x to the right, y downwards] from the spindle. */
  place(timeS) {
    const angle = (2 * Math.PI * (timeS - this.startS) * this.turnsPerMin) / 60;
    const radius = this.radius(timeS);
    return [-Math.sin(angle) * radius, -Math.cos(angle) * radius];
  }
}

/**
 * Draw a disc into a square of `size` pixels.
 * `events` are the side's, `heardS` to when it was heard, `rings` the stretches without music as
 * {start_s, end_s}, `label` the grade or null, `ungraded` what is
 * written in its stead, `words` what else stands on the record's label.
 */
export function drawDisc(context, size, groove, events, { heardS, rings = [], label = null, ungraded = 'not graded', words = '' }) {
  context.save();
  context.translate(size / 2, size / 2);
  context.scale(size / 2 / (RADIUS + RIM), size / 2 / (RADIUS + RIM));
  circle(context, RADIUS + RIM - 1, colour('vinyl'));
  shine(context);
  band(context, groove, groove.startS, heardS, 'rgb(255 255 255 / .07)');
  for (const ring of rings) band(context, groove, ring.start_s, Math.min(ring.end_s, heardS), 'rgb(255 255 255 / .16)');
  const shown = [...events];
  dots(context, groove, shown);
  lines(context, groove, shown, heardS);
  jumps(context, groove, shown);
  circle(context, LABEL, colour(gradeClass(label)));
  context.fillStyle = '#fff';
  context.textAlign = 'center';
  context.font = `800 ${label ? 34 : 17}px system-ui, sans-serif`;
  context.fillText(label ?? ungraded, 0, -16);
  context.font = '600 14px system-ui, sans-serif';
  context.fillText(words, 0, 36);
  circle(context, 4.5, colour('vinyl'));
  stroke(context, '#d9d3c7', 2, [[0, -RADIUS - RIM + 2], [0, -RADIUS + 12]]);
  context.restore();
}

/** Draw where the needle is, over a disc of `size` pixels. */
export function drawNeedle(context, size, groove, timeS, turning) {
  context.save();
  context.translate(size / 2, size / 2);
  context.scale(size / 2 / (RADIUS + RIM), size / 2 / (RADIUS + RIM));
  context.beginPath();
  context.arc(0, 0, groove.radius(timeS), 0, 2 * Math.PI);
  context.strokeStyle = 'rgb(255 255 255 / .55)';
  context.lineWidth = 1;
  context.stroke();
  if (turning) {
    const [x, y] = groove.place(timeS);
    context.beginPath();
    context.arc(x, y, 4.5, 0, 2 * Math.PI);
    context.fillStyle = '#fff';
    context.fill();
  }
  context.restore();
}

function lines(context, groove, events, heardS) {
  const members = Map.groupBy(events.filter((one) => one.part_of), (one) => one.part_of);
  for (const event of events) {
    if (event.kind !== 'scratch') continue;
    const ticks = members.get(event.id)?.map((one) => one.time_s) ?? [];
    const times = [event.time_s, ...ticks, lastS(event, groove, heardS)].sort((a, b) => a - b);
    const places = times.map((time) => groove.place(time));
    const [outer, inner] = [groove.radius(times[0]), groove.radius(times.at(-1))];
    if (outer - inner < LEAST_LINE) places.push(places.at(-1).map((one) => (one * (outer - LEAST_LINE)) / inner));
    stroke(context, colour('scratch'), 2.2, places);
  }
}

/** When a scratch ticked last: one that goes on is told only as it ends, and ticks at every turn until then. */
function lastS(event, groove, heardS) {
  if (event.phase !== 'begin') return event.time_s + event.duration_s;
  const turnS = 60 / groove.turnsPerMin;
  return event.time_s + Math.max(0, Math.floor((heardS - event.time_s) / turnS)) * turnS;
}

function dots(context, groove, events) {
  const kinds = new Map(events.map((one) => [one.id, one.kind]));
  const impulses = events.filter((one) => one.kind === 'click' || one.kind === 'pop');
  const scale = impulses.length > CROWD ? 0.4 : 1;
  const tints = Object.fromEntries(['click', 'pop', 'scratch', 'crackle'].map((kind) => [kind, bright(kind)]));
  for (const event of impulses) {
    const [x, y] = groove.place(event.time_s);
    context.beginPath();
    context.arc(x, y, DOTS[loudness(event)] * scale, 0, 2 * Math.PI);
    context.fillStyle = tints[kinds.get(event.part_of)] ?? tints[event.kind];
    context.fill();
  }
}

function jumps(context, groove, events) {
  for (const event of events) {
    if (event.kind !== 'skip' && event.kind !== 'locked_groove') continue;
    const [x, y] = groove.place(event.time_s);
    context.beginPath();
    for (const [dx, dy] of [[0, -9], [9, 0], [0, 9], [-9, 0]]) context.lineTo(x + dx, y + dy);
    context.closePath();
    context.fillStyle = colour('skip');
    context.fill();
    context.strokeStyle = '#fff';
    context.lineWidth = 1.2;
    context.stroke();
  }
}

/** A kind's colour, lighter, as the vinyl is black in both themes. */
function bright(kind) {
  return `color-mix(in srgb, ${colour(kind)} 75%, white)`;
}

/** Two soft lights on the grooves, as a record has them under a lamp. */
function shine(context) {
  const light = context.createConicGradient(Math.PI / 5, 0, 0);
  for (const at of [0, 0.5, 1]) light.addColorStop(at, 'rgb(255 255 255 / .10)');
  for (const at of [0.12, 0.38, 0.62, 0.88]) light.addColorStop(at, 'rgb(255 255 255 / 0)');
  circle(context, RADIUS, light);
}

function band(context, groove, fromS, toS, style) {
  if (toS <= fromS) return;
  const [outer, inner] = [groove.radius(fromS), groove.radius(toS)];
  context.beginPath();
  context.arc(0, 0, (outer + inner) / 2, 0, 2 * Math.PI);
  context.strokeStyle = style;
  context.lineWidth = Math.max(0.8, outer - inner);
  context.stroke();
}

function circle(context, radius, style) {
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.fillStyle = style;
  context.fill();
}

function stroke(context, style, width, places) {
  context.beginPath();
  for (const [x, y] of places) context.lineTo(x, y);
  context.strokeStyle = style;
  context.lineWidth = width;
  context.lineCap = 'round';
  context.stroke();
}
