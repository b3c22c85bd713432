// Files on their way to the station, one after the other.

import { refusal } from '../api.js';

/** What waits or is being sent, as {key, name, source, body, sent (0 to 1), error}. Tells each change by a `change` event. */
export class Queue extends EventTarget {
  items = [];
  #request = null;
  #sending = null;
  #keys = 0;

  /** Have `body` sent under the name `name`; `source` is 'upload' or 'microphone'. */
  add(name, body, source) {
    this.#keys += 1;
    this.items.push({ key: `sending-${this.#keys}`, name, source, body, sent: 0, error: null });
    this.#next();
    this.#tell();
  }

  /** Take an item away, whether it waits, is being sent or went wrong. */
  drop(key) {
    const sending = this.#sending === key;
    this.items = this.items.filter((one) => one.key !== key);
    if (sending) this.#request.abort();
    this.#tell();
  }

  #next() {
    const item = this.items.find((one) => one.error === null);
    if (this.#request || !item) return;
    const query = new URLSearchParams({ name: item.name, source: item.source });
    const request = new XMLHttpRequest();
    this.#request = request;
    this.#sending = item.key;
    request.open('POST', `/api/uploads?${query}`);
    request.setRequestHeader('Content-Type', item.body.type || 'application/octet-stream');
    request.upload.addEventListener('progress', (event) => {
      item.sent = event.loaded / event.total;
      this.#tell();
    });
    request.addEventListener('loadend', () => {
      this.#request = null;
      this.#sending = null;
      if (request.status >= 200 && request.status < 300) {
        this.items = this.items.filter((one) => one !== item);
        this.dispatchEvent(new CustomEvent('job', { detail: JSON.parse(request.responseText) }));
      } else if (request.status > 0) {
        item.error = refusal(request.status, request.responseText).message;
      } else {
        item.error = 'The connection broke while it was sent.';
      }
      this.#tell();
      this.#next();
    });
    request.send(item.body);
  }

  #tell() {
    this.dispatchEvent(new Event('change'));
  }
}
