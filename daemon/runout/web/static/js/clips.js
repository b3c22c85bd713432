// Plays the short excerpts that the ear kept of defects. One at a time.

import { path } from './api.js';
import { draw, make } from './make.js';
import { toast } from './toast.js';

const sound = new Audio();
let playing = null;

sound.addEventListener('ended', stop);

/** Make a button that plays the excerpt of the defect `id`; `words` say what it is. */
export function clipButton(id, words) {
  const button = playButton(words, () => (playing === button ? stop() : start(button, id)));
  return button;
}

/** Make a round button to play what `words` say. */
export function playButton(words, click) {
  return make('button', { type: 'button', class: 'play', 'aria-label': `Play: ${words}`, title: 'Play', click }, icon('M4 2v12l10-6z'));
}

async function start(button, id) {
  stop();
  playing = button;
  button.replaceChildren(icon('M3 3h10v10H3z'));
  sound.src = path`/api/clips/${id}`;
  try {
    await sound.play();
  } catch (error) {
    // Another click broke it off: no fault.
    if (error.name === 'AbortError') return;
    stop();
    toast('This excerpt isn\u2019t kept any longer.');
  }
}

function stop() {
  sound.pause();
  playing?.replaceChildren(icon('M4 2v12l10-6z'));
  playing = null;
}

function icon(d) {
  return draw('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, draw('path', { d }));
}
