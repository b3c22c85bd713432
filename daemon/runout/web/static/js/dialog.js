// Questions that stand in the page's way until they are answered.

import { make } from './make.js';

/**
 * Ask whether to do something that can't be undone.
 * Returns a promise of true or false. The careful answer has the focus.
 */
export function confirmed(question, explanation, deed) {
  return new Promise((resolve) => {
    let answer = false;
    const box = make(
      'dialog',
      { 'aria-labelledby': 'question' },
      make('h2', { id: 'question' }, question),
      make('p', {}, explanation),
      make(
        'form',
        { method: 'dialog', class: 'dialog-end' },
        make('button', { autofocus: true }, 'Keep it'),
        make('button', { class: 'danger', click: () => { answer = true; } }, deed),
      ),
    );
    open(box);
    box.addEventListener('close', () => resolve(answer));
  });
}

/** Show a dialog over the page; it is gone when it is closed. */
export function open(box) {
  box.addEventListener('close', () => box.remove());
  document.body.append(box);
  box.showModal();
}
