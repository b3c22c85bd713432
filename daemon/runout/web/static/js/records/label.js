// Says what a record is: artist, title, side, and what a shop writes beside it.

import { path, tell } from '../api.js';
import { open } from '../dialog.js';
import { make } from '../make.js';
import { toast } from '../toast.js';
import { SLEEVES } from '../words.js';

/** As long as a text may be. */
const LONGEST = 200;
const FIELDS = [
  ['artist', 'Artist'],
  ['title', 'Title'],
  ['side', 'Side'],
  ['catalogue', 'Catalogue number'],
  ['price', 'Price'],
];

/** Open a form with the `label` of the side `id`; `done()` is called once it is kept. */
export function editLabel(id, label, done) {
  const wrong = make('p', { class: 'wrong', role: 'alert' });
  const form = make(
    'form',
    { submit },
    make('h2', { id: 'label-heading' }, 'What record is this?'),
    make(
      'div',
      { class: 'fields' },
      ...FIELDS.map(([name, words]) => field(words, make('input', { id: `label-${name}`, name, value: label[name] ?? '', maxlength: LONGEST, autocomplete: 'off' }))),
      field('Sleeve, by eye', make('select', { id: 'label-sleeve', name: 'sleeve' }, ...['', ...SLEEVES].map((one) => make('option', { value: one, selected: one === (label.sleeve ?? '') }, one || 'not graded')))),
    ),
    field('Note', make('input', { id: 'label-note', name: 'note', value: label.note ?? '', maxlength: LONGEST })),
    wrong,
    make('div', { class: 'dialog-end' }, make('button', { type: 'button', click: () => box.close() }, 'Cancel'), make('button', { type: 'submit', class: 'main' }, 'Keep')),
  );
  const box = make('dialog', { 'aria-labelledby': 'label-heading' }, form);
  open(box);

  async function submit(event) {
    event.preventDefault();
    try {
      await tell('PATCH', path`/api/sides/${id}`, Object.fromEntries(new FormData(form)));
      box.close();
      toast('Kept.');
      done();
    } catch (error) {
      wrong.textContent = error.message;
    }
  }
}

function field(words, input) {
  return make('div', {}, make('label', { for: input.id }, words), input);
}
