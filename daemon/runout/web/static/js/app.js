// The page's frame: which view is shown, how the ear is, and what is said above all views.

import { Aloud } from './aloud.js';
import { ask, tell } from './api.js';
import { checkView } from './check/check.js';
import { liveView } from './live/live.js';
import { historyView } from './records/history.js';
import { recordsView } from './records/records.js';
import { sideView } from './side/side.js';
import { Stream } from './stream.js';
import { themeSwitch } from './theme.js';

/** By the first word of the address after '#/': a view, its name, and the entry of the head that it is under. */
const VIEWS = {
  live: [liveView, 'Live', 'live'],
  records: [recordsView, 'Records', 'records'],
  side: [sideView, 'Side', 'records'],
  record: [historyView, 'Record', 'records'],
  check: [checkView, 'Check', 'check'],
};
const EAR = { hears: 'Listening', waits: 'Waiting for sound', away: 'Not listening', lost: 'No connection' };

const main = document.getElementById('main');
const stream = new Stream();
const aloud = new Aloud(document.getElementById('aloud'));
let leave = null;
let shown = null;
let ear = null;
let linked = true;

function route() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, '').split('/');
  // The link that skips to the content is no view.
  if (shown !== null && name === 'main') return;
  const [view, title, entry] = VIEWS[name] ?? VIEWS.live;
  leave?.();
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#/${entry}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.title = `${title} \u00b7 Runout`;
  stream.wantSound(view === liveView);
  main.replaceChildren();
  leave = view(main, { stream, aloud }, decoded(rest.join('/')));
  if (shown !== null) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
  shown = name;
}

/** A part of the address, as it is where it is none that we made. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function showEar() {
  const state = linked ? ear?.state ?? 'unknown' : 'lost';
  document.getElementById('ear').dataset.ear = state;
  document.getElementById('ear-words').textContent = EAR[state] ?? 'Connecting';
  const notice = document.getElementById('notice');
  notice.textContent = noticeWords(state);
  notice.hidden = notice.textContent === '';
}

function noticeWords(state) {
  if (state === 'lost') return 'The connection to the station is broken. This page keeps trying, and goes on by itself.';
  if (state === 'away') {
    const since = new Date(ear.since).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
    const why = ear.reason ? `: ${ear.reason}` : '';
    return `The part of the box that listens isn\u2019t running${why} (since ${since}). Records can still be read, and files checked.`;
  }
  return '';
}

stream.addEventListener('link', ({ detail }) => { linked = detail; showEar(); });
stream.addEventListener('hello', ({ detail }) => { ear = detail.ear; showEar(); });
stream.addEventListener('ear', ({ detail }) => { ear = detail; showEar(); });

themeSwitch(document.getElementById('theme'), document.getElementById('theme-words'));
const logout = document.getElementById('logout');
logout.addEventListener('click', async () => {
  await tell('POST', '/api/logout');
  location.assign('/login');
});
ask('/api/me').then(
  ({ needs_login: needed }) => { logout.hidden = !needed; },
  // Lost connections are told by the stream.
  () => {},
);
addEventListener('hashchange', route);
route();
stream.start();
