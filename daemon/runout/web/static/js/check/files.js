// Files to be checked: dropped or chosen, with what becomes of each.

import { ask, path, tell } from '../api.js';
import { fill, make } from '../make.js';
import { toast } from '../toast.js';
import { number, sentence } from '../words.js';

const UNDONE = new Set(['waiting', 'working']);

/** Make the card of files. */
export function fileCard(queue, stream, aloud, signal) {
  const jobs = new Map();
  const rows = new Map();
  const list = make('ul', { class: 'job-list' });
  const chooser = make('input', { id: 'files', class: 'unseen', type: 'file', multiple: true, accept: 'audio/*,.wav,.flac,.ogg,.mp3,.aif,.aiff', change: () => { take(chooser.files); chooser.value = ''; } });
  const place = make(
    'label',
    { class: 'drop', for: 'files', dragover, dragleave: () => place.classList.remove('over'), drop },
    make('span', { class: 'drop-large' }, 'Drop sound files here'),
    make('span', { class: 'button' }, 'or choose them'),
    make('span', { class: 'soft small' }, 'WAV, FLAC, OGG, MP3 or AIFF; a whole side is best. FLAC or WAV tell more than MP3, which smooths ticks away.'),
  );
  const element = make('section', { class: 'card', 'aria-labelledby': 'files-title' }, make('h2', { id: 'files-title' }, 'From files'), chooser, place, list);

  function dragover(event) {
    event.preventDefault();
    place.classList.add('over');
  }

  function drop(event) {
    event.preventDefault();
    place.classList.remove('over');
    take(event.dataTransfer.files);
  }

  function take(files) {
    for (const file of files) queue.add(file.name, file, 'upload');
  }

  function show() {
    const told = [
      ...queue.items.map((item) => ({ id: item.key, name: item.name, state: item.error ? 'failed' : 'sending', progress: item.sent, stage: item.sent > 0 ? 'being sent' : 'waits to be sent', error: item.error, side_id: null })),
      ...[...jobs.values()].reverse().sort((a, b) => UNDONE.has(b.state) - UNDONE.has(a.state)),
    ];
    const kept = new Set(told.map((job) => job.id));
    for (const id of rows.keys()) if (!kept.has(id)) rows.delete(id);
    fill(list, ...told.map((job) => {
      if (!rows.has(job.id)) rows.set(job.id, row());
      const one = rows.get(job.id);
      one.show(job);
      return one.element;
    }));
  }

  /** A row stays the same element, so that its button keeps the focus. */
  function row() {
    const name = make('strong', {});
    const words = make('span', { class: 'soft' });
    const bar = make('progress', { max: 1 });
    const see = make('a', { class: 'button' }, 'See the result');
    const stop = make('button', { type: 'button' });
    const made = make('li', { class: 'job' }, make('div', { class: 'job-what' }, name, words, bar), make('div', { class: 'row' }, see, stop));
    return {
      element: made,
      show(job) {
        const going = UNDONE.has(job.state) || job.state === 'sending';
        name.textContent = job.name;
        words.textContent = wordsOf(job);
        words.classList.toggle('wrong', job.state === 'failed');
        bar.hidden = !going;
        bar.value = job.progress;
        bar.setAttribute('aria-label', `Progress of ${job.name}`);
        see.hidden = !job.side_id;
        if (job.side_id) see.href = `#/side/${encodeURIComponent(job.side_id)}`;
        stop.textContent = going ? 'Cancel' : 'Remove';
        stop.setAttribute('aria-label', `${stop.textContent}: ${job.name}`);
        stop.onclick = () => end(job);
      },
    };
  }

  async function end(job) {
    if (queue.items.some((item) => item.key === job.id)) {
      queue.drop(job.id);
      return;
    }
    try {
      await tell('DELETE', path`/api/uploads/${job.id}`);
      if (!UNDONE.has(job.state)) jobs.delete(job.id);
      await load();
    } catch (error) {
      toast(error.message);
    }
  }

  function keep(job) {
    const before = jobs.get(job.id);
    jobs.set(job.id, newer(before, job));
    if (job.state === 'done' && before?.state !== 'done') aloud.say(job.id, `${job.name} is graded`);
    show();
  }

  async function load() {
    try {
      const told = await ask('/api/uploads');
      const before = new Map(jobs);
      jobs.clear();
      for (const job of told) jobs.set(job.id, newer(before.get(job.id), job));
      show();
    } catch (error) {
      toast(error.message);
    }
  }

  queue.addEventListener('change', show, { signal });
  queue.addEventListener('job', ({ detail }) => keep(detail), { signal });
  stream.addEventListener('upload', ({ detail }) => keep(detail), { signal });
  stream.addEventListener('hello', load, { signal });
  load();
  return element;
}

/** Which of two words on a job holds: what is over stays over, and an answer may come after the event that overtook it. */
function newer(before, job) {
  return before && !UNDONE.has(before.state) && UNDONE.has(job.state) ? before : job;
}

function wordsOf(job) {
  if (job.state === 'failed') return job.error ?? 'That went wrong.';
  if (job.state === 'cancelled') return 'Cancelled';
  if (job.state === 'done') return 'Graded';
  return `${sentence(job.stage)}, ${number(100 * job.progress)} %`;
}
