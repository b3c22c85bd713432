// What the box can be told while it listens.

import { path, tell } from '../api.js';
import { make } from '../make.js';
import { editLabel } from '../records/label.js';
import { toast } from '../toast.js';

const KEENNESS = { low: 'Fewer false alarms', normal: 'Normal', high: 'Hear more, err more' };

/** Make the button that labels the side that plays, for the strip of what plays. */
export function labelButton(playing) {
  const button = make('button', { type: 'button', click: () => editLabel(playing.sideId, playing.state?.label ?? {}, () => {}) }, 'Label this record');
  const show = () => { button.hidden = !playing.isDown || !playing.sideId; };
  return { button, show };
}

/** Make the card of commands. They go through the broker: `show(brokerState, playing)` tells whether there is one. */
export function boxTools() {
  const keenness = make(
    'select',
    { id: 'keenness', change: () => command('sensitivity', { sensitivity: keenness.value }, `Listens now: ${KEENNESS[keenness.value].toLowerCase()}.`) },
    ...Object.entries(KEENNESS).map(([value, words]) => make('option', { value }, words)),
  );
  const tools = make(
    'div',
    { class: 'row' },
    make('button', { type: 'button', click: () => command('new_side', {}, 'A new side began.') }, 'Begin a new side here'),
    make('button', { type: 'button', click: () => command('calibrate', {}, 'The preamp was measured, with the needle up.') }, 'Measure the preamp (needle up)'),
    make('label', { for: 'keenness' }, 'How keenly it listens'),
    keenness,
  );
  const none = make('p', { class: 'soft' }, 'The box takes these through an MQTT broker, as Home Assistant has one. None is set up.');
  const element = make('details', { class: 'card tools' }, make('summary', {}, 'Tell the box'), none, tools);

  function show(brokerState, playing) {
    const has = brokerState !== undefined && brokerState !== 'none';
    none.hidden = has;
    tools.hidden = !has;
    if (playing.state?.sensitivity && document.activeElement !== keenness) keenness.value = playing.state.sensitivity;
  }

  return { element, show };
}

async function command(name, fields, done) {
  try {
    const { ok, error } = await tell('POST', path`/api/commands/${name}`, fields);
    toast(ok ? done : error);
  } catch (error) {
    toast(error.message);
  }
}
