// Checks sound that isn't played on the box: files, and a microphone or line-in of the viewer's own.

import { make } from '../make.js';
import { meanings } from '../meanings.js';
import { fileCard } from './files.js';
import { microphoneCard } from './microphone.js';
import { Queue } from './queue.js';

/** Files that are being sent outlive the view. */
const queue = new Queue();

/** Show the check in `root`; returns what to call when it is left. */
export function checkView(root, { stream, aloud }) {
  const left = new AbortController();
  const files = fileCard(queue, stream, aloud, left.signal);
  const microphone = microphoneCard(queue, aloud, left.signal);
  root.append(make('div', { class: 'column' }, make('h1', {}, 'Check a recording'), make('div', { class: 'check' }, files, microphone), meanings()));
  return () => left.abort();
}
