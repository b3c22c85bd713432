// What a screen reader is told, in moderation.

/** Milliseconds between two sentences, so that a crackling record doesn't talk all the time. */
const PAUSE_MS = 10000;

/** Sentences to be read, the newest of each subject only. */
export class Aloud {
  #region;
  #waiting = new Map();
  #timer = null;
  #saidMs = -PAUSE_MS;

  constructor(region) {
    this.#region = region;
  }

  /** Have `words` read about `subject`; at once where it is urgent. */
  say(subject, words, urgent = false) {
    this.#waiting.set(subject, words);
    const pause = urgent ? 0 : Math.max(0, this.#saidMs + PAUSE_MS - performance.now());
    if (urgent) clearTimeout(this.#timer);
    if (urgent || this.#timer === null) this.#timer = setTimeout(() => this.#speak(), pause);
  }

  #speak() {
    this.#timer = null;
    this.#saidMs = performance.now();
    this.#region.textContent = [...this.#waiting.values()].join('. ');
    this.#waiting.clear();
  }
}
