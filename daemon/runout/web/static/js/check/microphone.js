// A check by ear of the browser's own: records, says every quarter of a minute what it hears, and keeps the whole at the end.

import { send } from '../api.js';
import { fill, make } from '../make.js';
import { clock, countsWords, gradeClass, reasonWords, sentence } from '../words.js';
import { Recorder, hindrance } from './recorder.js';

/** Seconds of sound that each live check hears. */
const CHECK_S = 15;
/** Peak over which the input is too loud: 1 dB below full scale. */
const HOT = 0.89;
const FAINT = 0.02;
const TICK_MS = 250;

/** Make the card of the microphone. */
export function microphoneCard(queue, aloud, signal) {
  const why = hindrance();
  const device = make('select', { id: 'device' }, make('option', { value: '' }, 'the usual one'));
  const button = make('button', { type: 'button', class: 'main', disabled: why !== null, click: () => (recorder ? stop() : start()) }, 'Begin to listen');
  const time = make('p', { class: 'player-time figures', hidden: true });
  const level = make('div', { class: 'mic-level', hidden: true }, make('span', {}));
  const advice = make('p', { class: 'soft' }, why ?? 'Hold the needle ready, begin, and put it down. For a true grade use a line-in or USB preamp: a microphone hears the room too.');
  const verdicts = make('ol', { class: 'verdict-list', 'aria-label': 'What was heard, a quarter of a minute each' });
  const element = make(
    'section',
    { class: 'card', 'aria-labelledby': 'microphone-title' },
    make('h2', { id: 'microphone-title' }, 'From a microphone or line-in'),
    make('label', { for: 'device' }, 'Listen to'),
    device,
    make('div', { class: 'row mic-row' }, button, time),
    level,
    advice,
    verdicts,
  );
  let recorder = null;
  let timer = null;
  let checkedS = 0;
  let peak = 0;

  async function start() {
    button.disabled = true;
    const begun = new Recorder((value) => { peak = Math.max(value, peak * 0.9); });
    try {
      await begun.start(device.value);
    } catch (error) {
      advice.textContent = error.name === 'NotAllowedError' ? 'The browser was told not to let this page listen. Its address bar has the switch.' : 'No microphone or line-in answers. Is one plugged in?';
      button.disabled = false;
      return;
    }
    recorder = begun;
    checkedS = 0;
    fill(verdicts);
    showGoing(true);
    timer = setInterval(tick, TICK_MS);
    await nameDevices();
  }

  async function stop() {
    const ended = recorder;
    recorder = null;
    clearInterval(timer);
    showGoing(false);
    const file = await ended.stop();
    const name = `microphone ${new Date().toISOString().slice(0, 16).replace('T', ' ').replace(':', '.')}.wav`;
    queue.add(name, file, 'microphone');
    advice.textContent = 'The whole recording is being graded: see the list of files.';
  }

  function showGoing(going) {
    button.disabled = false;
    button.textContent = going ? 'End, and grade all of it' : 'Begin to listen';
    device.disabled = going;
    time.hidden = !going;
    level.hidden = !going;
  }

  function tick() {
    time.textContent = clock(recorder.seconds);
    level.firstChild.style.transform = `scaleX(${Math.min(1, Math.sqrt(peak))})`;
    level.classList.toggle('hot', peak > HOT);
    if (peak > HOT) advice.textContent = 'Too loud: turn the input down.';
    else if (peak < FAINT) advice.textContent = 'Hardly any sound arrives yet.';
    else advice.textContent = `Every ${CHECK_S} seconds a short check is made.`;
    if (recorder.seconds - checkedS >= CHECK_S) check();
  }

  async function check() {
    const [fromS, toS] = [checkedS, recorder.seconds];
    checkedS = toS;
    const words = make('span', {}, 'is being checked \u2026');
    const line = make('li', {}, make('span', { class: 'figures' }, `${clock(fromS)} to ${clock(toS)}`), words);
    verdicts.prepend(line);
    try {
      const { grade, counts } = await send('/api/check', recorder.last(toS - fromS), 'audio/wav');
      const heard = sentence(countsWords(counts));
      line.replaceChild(make('span', {}, grade.label && make('span', { class: `chip ${gradeClass(grade.label)}` }, grade.label), ` ${heard}. ${grade.label ? reasonWords(grade) : sentence(grade.limited_by)}`), words);
      aloud.say('check', `${grade.label ?? 'No grade'}: ${heard}`);
    } catch (error) {
      words.textContent = error.message;
    }
  }

  /** Devices have names only once the page may listen. */
  async function nameDevices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    const chosen = device.value;
    fill(device, make('option', { value: '' }, 'the usual one'), ...all.filter((one) => one.kind === 'audioinput' && one.deviceId !== 'default').map((one) => make('option', { value: one.deviceId }, one.label || 'an input without a name')));
    device.value = chosen;
  }

  signal.addEventListener('abort', () => { if (recorder) stop(); });
  return element;
}
