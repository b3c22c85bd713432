// How the box itself is, in plain words.

import { fill, make } from '../make.js';
import { number } from '../words.js';

/** Below this the disk is said to be nearly full, megabytes. */
const LOW_MB = 500;

/** Make the strip. `show(report)` takes what /api/health answers. */
export function healthStrip() {
  const list = make('dl', { class: 'health-list' });
  const element = make('section', { class: 'card health', 'aria-label': 'The box' }, list);

  function show(report) {
    const rows = [preamp(report), cable(report.health), broker(report), box(report)].filter(Boolean);
    fill(
      list,
      ...rows.map(([name, words, well]) =>
        make('div', { 'data-well': well }, make('dt', {}, name), make('dd', {}, make('span', { class: 'lamp', 'aria-hidden': 'true' }), words))),
    );
  }

  return { element, show };
}

function preamp({ ear, health }) {
  if (ear.state === 'away') return ['Record player', 'nobody listens', 'no'];
  if (ear.state === 'waits') return ['Record player', ear.reason ?? 'no sound arrives', 'no'];
  const name = health?.device ?? 'a recording';
  if (health?.signal === 'silent') return ['Record player', `${name}: nothing but silence. Is the preamp connected and switched on?`, 'no'];
  if (health?.signal === 'clipping') return ['Record player', `${name}: too loud. Turn the preamp down`, 'no'];
  return ['Record player', `${name}: sound arrives`, 'yes'];
}

function cable(health) {
  if (!health) return null;
  const lost = health.capture_glitches + (health.overruns ?? 0) + (health.overflows ?? 0);
  if (lost === 0) return ['USB cable', 'no sound lost', 'yes'];
  return ['USB cable', `sound lost ${number(lost)} ${lost === 1 ? 'time' : 'times'} since the start; not the record\u2019s doing`, 'so-so'];
}

function broker({ broker: { state, host }, health }) {
  if (state === 'none') return ['Home Assistant', 'not set up', 'none'];
  if (state === 'connected') return ['Home Assistant', `told through ${host}`, 'yes'];
  const waiting = health?.queue_depth ? `; ${number(health.queue_depth)} messages wait` : '';
  return ['Home Assistant', `${host} doesn\u2019t answer${waiting}`, 'no'];
}

function box({ health, disk_free_mb: free, version }) {
  const words = [`Runout ${version}`];
  if (health?.throttled) words.push('slowed down by heat or too weak a power supply');
  else if (typeof health?.temperature_c === 'number') words.push(`${number(health.temperature_c)} \u00b0C`);
  const low = typeof free === 'number' && free < LOW_MB;
  if (typeof free === 'number') words.push(low ? `disk nearly full: ${number(free)} MB left` : `${number(free / 1000)} GB free`);
  return ['Box', words.join(', '), low || health?.throttled ? 'no' : 'yes'];
}
