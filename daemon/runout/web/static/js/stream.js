// What the station tells as it happens, and whether it still does.

import { ask } from './api.js';

const KINDS = ['hello', 'sound', 'state', 'event', 'side', 'deleted', 'health', 'ear', 'upload'];
/** Milliseconds without a word after which the station is asked whether it is still there. */
const SILENT_MS = 6000;
const WATCH_MS = 2000;
const SLOWEST_MS = 10000;

/**
 * Server-sent events of the station, taken up anew after whatever broke them.
 * An EventTarget: each kind of word is a CustomEvent with the word in `detail`; `link` tells true when
 * the station is heard and false when it is lost.
 */
export class Stream extends EventTarget {
  #source = null;
  #sound = true;
  #heardMs = 0;
  #pauseMs = 1000;
  #linked = null;
  #again = null;
  #asking = false;

  /** Begin to listen, and keep at it. */
  start() {
    this.#open();
    setInterval(() => this.#watch(), WATCH_MS);
    addEventListener('online', () => this.#open());
    // A browser has six connections for a station, whatever the number of its tabs: one that nobody
    // sees must not keep one from the others. What it misses comes with the next hello.
    document.addEventListener('visibilitychange', () => (document.hidden ? this.#rest() : this.#open()));
  }

  /** Have the picture of sound sent, or not: only a view that draws it needs it. */
  wantSound(sound) {
    if (sound === this.#sound) return;
    this.#sound = sound;
    if (this.#source) this.#open();
  }

  #rest() {
    clearTimeout(this.#again);
    this.#again = null;
    this.#source?.close();
    this.#source = null;
  }

  #open() {
    this.#rest();
    if (document.hidden) return;
    const source = new EventSource(this.#sound ? '/api/events' : '/api/events?sound=0');
    this.#source = source;
    this.#heardMs = performance.now();
    source.addEventListener('open', () => this.#heard());
    for (const kind of KINDS) {
      source.addEventListener(kind, (word) => {
        this.#heard();
        this.dispatchEvent(new CustomEvent(kind, { detail: JSON.parse(word.data) }));
      });
    }
    source.addEventListener('error', () => {
      this.#link(false);
      // The browser itself tries again after a broken connection, but not after a refusal.
      if (source.readyState === EventSource.CLOSED) this.#later();
    });
  }

  #heard() {
    this.#heardMs = performance.now();
    this.#pauseMs = 1000;
    this.#link(true);
  }

  #link(linked) {
    if (linked === this.#linked) return;
    this.#linked = linked;
    this.dispatchEvent(new CustomEvent('link', { detail: linked }));
  }

  #later() {
    if (document.hidden || this.#again !== null) return;
    this.#again = setTimeout(() => {
      // Asked first, since a refusal for want of a login is told only there, and leads to the door.
      ask('/api/health', 4000).then(
        () => this.#open(),
        () => {
          this.#again = null;
          this.#later();
        },
      );
    }, this.#pauseMs);
    this.#pauseMs = Math.min(SLOWEST_MS, this.#pauseMs * 1.7);
  }

  async #watch() {
    if (!this.#source || this.#asking || this.#again !== null || performance.now() - this.#heardMs < SILENT_MS) return;
    this.#asking = true;
    try {
      const { ear } = await ask('/api/health', 4000);
      // An ear that hears says something every second: silence then is a dead connection.
      if (ear.state !== 'away' || !this.#linked) this.#open();
      else this.#heardMs = performance.now();
    } catch {
      this.#link(false);
      this.#source?.close();
      this.#later();
    } finally {
      this.#asking = false;
    }
  }
}
