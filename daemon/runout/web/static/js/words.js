// What things are called and how figures are said: as the report and the terminal say them.

/** Labels of the play grade, the best first. */
export const LABELS = ['NM', 'VG+', 'VG', 'G+', 'G', 'F', 'P'];
/** What a label is written out as, and what it sounds like. */
export const GRADES = {
  NM: ['Near Mint', 'no noise that one would notice'],
  'VG+': ['Very Good Plus', 'light marks that do not spoil the listening'],
  VG: ['Very Good', 'noise in soft passages, intros and fades; light scratches are heard'],
  'G+': ['Good Plus', 'plays through; much noise or wear'],
  G: ['Good', 'plays through; heavy noise or wear'],
  F: ['Fair', 'skips, or repeats'],
  P: ['Poor', 'does not play through'],
};
/** Grades that people give a sleeve, the best first. */
export const SLEEVES = ['M', 'NM', 'VG+', 'VG', 'G+', 'G', 'F', 'P'];
/** Kinds of defect, and what each is. */
export const KINDS = {
  click: 'a short tick, as of a speck of dust or a small mark',
  pop: 'a duller thump, as of a deeper mark',
  scratch: 'ticks that come back at every turn of the record',
  crackle: 'a stretch of many fine ticks, like frying',
  skip: 'the needle jumps to another groove',
  locked_groove: 'the needle is stuck: the same turn plays again and again',
  dropout: 'a short hole in the sound',
  distortion: 'a harsh, torn sound, as of a worn groove',
  clipping: 'the input is too loud for the box; not the record\u2019s doing',
  capture_glitch: 'the USB cable lost some sound; not the record\u2019s doing',
};
const SAID_OF_ONE = { identify: 'test event' };
const PLURALS = {
  click: 'clicks', pop: 'pops', scratch: 'scratches', crackle: 'stretches of crackle', skip: 'skips',
  locked_groove: 'locked grooves', dropout: 'dropouts', distortion: 'stretches of distortion',
  clipping: 'stretches of clipping', capture_glitch: 'capture glitches',
};
const SINGULARS = { crackle: 'stretch of crackle', distortion: 'stretch of distortion', clipping: 'stretch of clipping' };
const PARTS = {
  needle_up: 'needle up', needle_drop: 'needle down', lead_in: 'lead-in', gap: 'between two tracks', run_out: 'run-out groove',
  locked_run_out: 'end of the run-out groove', lifted: 'needle lifted', stopped: 'platter stopped',
};
const EPISODES = new Set(['scratch', 'crackle', 'distortion', 'locked_groove', 'clipping']);
/** A defect is soft to the first and middling to the second: dB over what masks it, or else of its peak over the music. */
const AUDIBLE_DB = [6, 15];
const PEAK_DB = [10, 20];
const CHANNELS = { left: 'left channel', right: 'right channel', both: 'both channels' };

/** Say a number with as many decimals, thousands apart. */
export function number(value, decimals = 0) {
  return value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** Say seconds as m:ss, or h:mm:ss from an hour on. */
export function clock(seconds, decimals = 0) {
  const units = 10 ** decimals;
  const all = Math.round(Math.max(0, seconds) * units);
  const whole = Math.floor(all / units);
  const two = (value) => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const said = hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
  return decimals ? `${said}.${String(all % units).padStart(decimals, '0')}` : said;
}

/** Say a kind: 'locked groove'. */
export function kindWords(kind) {
  return SAID_OF_ONE[kind] ?? kind.replaceAll('_', ' ');
}

/** Say counts by kind: '12 clicks, 1 pop'. */
export function countsWords(counts) {
  const said = Object.entries(counts ?? {})
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${number(count)} ${count === 1 ? SINGULARS[kind] ?? kindWords(kind) : PLURALS[kind] ?? kindWords(kind)}`);
  return said.join(', ') || 'no defects';
}

/** Say how loud a defect is: over what masks it where that is known, else over the music. */
export function levelWords(event) {
  if (isHidden(event)) return 'hidden by the music';
  if (event.audible_db > 0) return `${number(event.audible_db)} dB over the music around it`;
  return typeof event.peak_db === 'number' ? `peak ${number(event.peak_db)} dB over the music` : '';
}

/** Say in a word how loud a defect is amid the music: as its dot on the record is large. */
export function loudWords(event) {
  if (isHidden(event)) return 'hidden by the music';
  return ['soft', 'plain to hear', 'loud'][loudness(event)];
}

/** How loud a defect is in three steps, 0 to 2. */
export function loudness(event) {
  const [value, limits] = typeof event.audible_db === 'number' ? [event.audible_db, AUDIBLE_DB] : [event.peak_db ?? 0, PEAK_DB];
  return limits.filter((limit) => value > limit).length;
}

/** Say a defect in parts, without its kind: time, track, turns, channel, level. */
export function eventWords(event) {
  const from = clock(event.time_s, 1);
  const lasts = EPISODES.has(event.kind) && event.duration_s > 0;
  return [
    lasts ? `${from} to ${clock(event.time_s + event.duration_s, 1)}` : from,
    event.track ? `track ${event.track}` : '',
    turnWords(event),
    event.rate_per_s ? `${number(event.rate_per_s)} ticks a second` : '',
    event.kind === 'skip' || event.kind === 'locked_groove' ? '' : CHANNELS[event.channel] ?? '',
    levelWords(event),
  ].filter(Boolean);
}

/** Say how sure a grade is. */
export function sureWords(confidence) {
  if (typeof confidence !== 'number') return '';
  if (confidence >= 0.9) return 'Sure';
  if (confidence >= 0.7) return 'Fairly sure';
  return confidence >= 0.5 ? 'Likelier than not' : 'A close call';
}

/** Say where the needle is. */
export function partWords(part, track) {
  return part === 'track' ? `track ${track ?? ''}`.trim() : PARTS[part] ?? '';
}

/** Say what a record is labelled, else the file's name, else `otherwise`. */
export function recordWords(label, name, otherwise = 'Unlabelled record') {
  const words = [label?.artist, label?.title].filter(Boolean).join(' \u2013 ') || label?.catalogue || name || otherwise;
  return label?.side ? `${words}, side ${label.side}` : words;
}

/** Say a day and time as the viewer's own clock has it. */
export function whenWords(iso) {
  return new Date(iso).toLocaleString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });
}

/** Begin with a capital letter. */
export function sentence(words) {
  return words ? words[0].toUpperCase() + words.slice(1) : '';
}

/** Put words in a row: 'VG+, VG or G+'. */
export function orWords(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** The reason of a grade without its label, which stands beside it. */
export function reasonWords(grade) {
  const words = (grade.reason ?? grade.limited_by ?? '').replace(/^[A-Z+]+: /, '').replace(/^nothing: /, '');
  return sentence(words);
}

/** Say a unit: 'a minute' for '1/min'. */
export function unitWords(unit) {
  return { '1/min': 'a minute', '1/s': 'a second' }[unit] ?? unit ?? '';
}

/** Name of the class that gives an element a label's colour. */
export function gradeClass(label) {
  return `grade-${label ? label.replace('+', 'p') : 'none'}`;
}

/** Whether the music hides an impulse; an episode has louder moments than its middle. */
function isHidden(event) {
  return (event.kind === 'click' || event.kind === 'pop') && typeof event.audible_db === 'number' && event.audible_db <= 0;
}

/** Say over how many turns a scratch, skip or locked groove goes. */
export function turnWords(event) {
  if (typeof event.turns !== 'number') return '';
  const count = Math.abs(event.turns);
  const turns = count === 1 ? '1 turn' : `${count} turns`;
  if (event.kind === 'skip') return `${turns} ${event.turns < 0 ? 'back' : 'ahead'}`;
  if (event.kind === 'locked_groove') return `the same turn heard ${count} times`;
  return turns;
}
