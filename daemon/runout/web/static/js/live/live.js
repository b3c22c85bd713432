// The live view: what the box hears, as it hears it.

import { ask } from '../api.js';
import { meanings } from '../meanings.js';
import { make } from '../make.js';
import { kindWords } from '../words.js';
import { grooveView } from './groove.js';
import { gradeCard } from './grade.js';
import { healthStrip } from './health.js';
import { heardList } from './heard.js';
import { nowStrip } from './now.js';
import { Playing } from './playing.js';
import { rollingPicture } from './rolling.js';
import { boxTools, labelButton } from './tools.js';

/** Milliseconds between two looks at how the box is. */
const HEALTH_MS = 15000;
/** Milliseconds in which defects are gathered before they are drawn: dense ticks would have it draw all the time. */
const GATHER_MS = 150;
const URGENT = new Set(['skip', 'locked_groove']);

/** Show the live view in `root`; returns what to call when it is left. */
export function liveView(root, { stream, aloud }) {
  const left = new AbortController();
  const { signal } = left;
  const playing = new Playing();
  let ear = null;
  let lastSide = null;
  let report = null;
  let gathering = null;
  let said = '';

  const label = labelButton(playing);
  const grade = gradeCard();
  const now = nowStrip(label.button);
  const rolling = rollingPicture(playing, signal);
  const groove = grooveView(playing, signal);
  const heard = heardList(playing);
  const health = healthStrip();
  const tools = boxTools();
  root.append(
    make('h1', { class: 'unseen' }, 'Live'),
    make('div', { class: 'live' }, grade.element, groove.element, heard.element, now.element, rolling.element, health.element),
    make('div', { class: 'two' }, tools.element, meanings()),
  );

  function showState() {
    const words = grade.show(ear, playing, lastSide);
    if (words !== said) aloud.say('grade', words);
    said = words;
    now.show(playing);
    label.show();
    tools.show(report?.broker.state, playing);
    showEvents();
  }

  function showEvents() {
    gathering = null;
    groove.show();
    heard.show();
  }

  function showHealth() {
    if (report) health.show({ ...report, ear: ear ?? report.ear });
  }

  async function lookAtHealth() {
    try {
      report = await ask('/api/health');
      showHealth();
    } catch {
      // That the station is gone is told by the stream, above all views.
    }
  }

  const hear = (kind, what) => stream.addEventListener(kind, ({ detail }) => what(detail), { signal });
  hear('hello', (hello) => {
    ear = hello.ear;
    lastSide = hello.last_side ?? null;
    playing.reset(hello);
    if (hello.health && report) report.health = hello.health;
    showState();
    showHealth();
  });
  hear('sound', (sound) => {
    now.hear(sound);
    rolling.hear(sound);
  });
  hear('state', (state) => {
    playing.takeState(state);
    showState();
  });
  hear('event', (event) => {
    playing.takeEvent(event);
    if (!event.part_of && event.phase !== 'end') aloud.say(event.kind, kindWords(event.kind), URGENT.has(event.kind));
    gathering ??= setTimeout(showEvents, GATHER_MS);
  });
  hear('side', (side) => {
    if (side.source === 'ear') lastSide = side;
    showState();
  });
  hear('deleted', ({ side_id: sideId }) => {
    if (lastSide?.side_id === sideId) lastSide = null;
    showState();
  });
  hear('ear', (told) => {
    ear = told;
    if (ear.state !== 'hears') {
      playing.state = null;
      now.hear({});
      rolling.quiet();
    }
    showState();
    showHealth();
  });
  hear('health', (told) => {
    if (report) report.health = told;
    showHealth();
  });

  showState();
  lookAtHealth();
  const timer = setInterval(lookAtHealth, HEALTH_MS);
  return () => {
    left.abort();
    clearInterval(timer);
    clearTimeout(gathering);
  };
}
