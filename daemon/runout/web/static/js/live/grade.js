// The grade so far, so large that it is read from the other side of the counter.

import { fill, make } from '../make.js';
import { GRADES, clock, gradeClass, orWords, reasonWords, recordWords, sentence, sureWords, whenWords } from '../words.js';

/** Seconds of music after which there is a first grade. */
const FIRST_S = 60;

/** Make the card. `show(ear, playing, lastSide)` brings it up to date and returns what it says, in short. */
export function gradeCard() {
  const element = make('section', { class: 'hero grade-none', 'aria-label': 'Grade' });
  let said = '';

  function show(ear, playing, lastSide) {
    const { label, lines, link } = told(ear, playing, lastSide);
    const now = [label, ...lines, link?.[0]].join('|');
    if (now !== said) {
      said = now;
      element.className = `hero ${gradeClass(GRADES[label] ? label : null)}`;
      const [when, reason, more] = lines;
      fill(
        element,
        make('p', { class: 'hero-when' }, when),
        make('p', { class: GRADES[label] ? `hero-label ${label.length < 3 ? 'short' : ''}` : 'hero-words' }, label),
        reason && make('p', { class: 'hero-reason' }, reason),
        more && make('p', { class: 'hero-more' }, more),
        link && make('a', { class: 'hero-link', href: link[1] }, link[0]),
      );
    }
    return GRADES[label] ? `${GRADES[label][0]}. ${lines[1]}` : label;
  }

  return { element, show };
}

/** What to say: a large word, up to three lines around it (what it is of, the reason, what may come), and a link. */
function told(ear, playing, lastSide) {
  if (ear?.state === 'away') return { label: 'Not listening', lines: ['The box', `What listens to the record player isn\u2019t running${ear.reason ? `: ${ear.reason}` : ''}.`] };
  if (ear?.state === 'waits') return { label: 'No sound', lines: ['The record player', sentence(ear.reason) || 'Waiting for the preamp.'] };
  if (playing.isDown) return toldOfPlaying(playing.state);
  if (lastSide) return toldOfLast(lastSide);
  return { label: 'Put a record on', lines: ['Ready', 'Runout hears when the needle goes down, and begins by itself.'] };
}

function toldOfPlaying(state) {
  const { outlook } = state;
  if (!outlook) {
    const left = Math.max(1, Math.ceil(FIRST_S - state.elapsed_s));
    const when = state.elapsed_s < FIRST_S ? `A first grade comes in about ${left} s.` : 'A first grade comes after a minute of music.';
    return { label: 'Listening', lines: ['This side', when] };
  }
  if (!outlook.label) return { label: 'No grade', lines: ['This side so far', sentence(outlook.limited_by)] };
  const others = (outlook.may_become ?? []).filter((one) => one !== outlook.label);
  const sure = sureWords(outlook.confidence);
  const more = others.length > 0 ? `${sure || 'So far'}: may still become ${orWords(others)}.` : 'It will hardly change any more.';
  return { label: outlook.label, lines: [`This side so far: ${GRADES[outlook.label][0]}`, reasonWords(outlook), more] };
}

function toldOfLast(side) {
  const link = ['Look at this side', `#/side/${encodeURIComponent(side.side_id)}`];
  const when = `Last side: ${recordWords(side.label, side.name, 'no label yet')}`;
  const more = `${side.grade.label ? `${GRADES[side.grade.label][0]}, ` : ''}${clock(side.duration_s)} heard, ${whenWords(side.started_at)}`;
  if (!side.grade.label) return { label: 'No grade', lines: [when, sentence(side.grade.limited_by), more], link };
  return { label: side.grade.label, lines: [when, reasonWords(side.grade), more], link };
}
