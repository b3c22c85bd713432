// The last seconds of sound, kept for drawing: its outline, and its spectrum as a picture.

import { MAGMA } from '../magma.js';

/** Seconds that are kept: what is shown, and a second more for what hasn't slid in yet. */
export const SHOWN_S = 20;
const KEPT_S = SHOWN_S + 1;
/** A gap in the numbering of more than this is another source, seconds. */
const JUMP_S = 1;

/** A ring of hops. Outline: left least and greatest, right least and greatest, -127 to 127. */
export class HeardSound {
  hopS = 0.05;
  end = 0;
  begin = 0;
  #size = 0;
  #outline = null;
  #picture = null;
  #column = null;

  /** Take a `sound` of the station. */
  take(sound) {
    const at = Math.round(sound.at_s / sound.hop_s);
    if (this.#size === 0 || sound.hop_s !== this.hopS || Math.abs(at - this.end) * sound.hop_s > JUMP_S) this.#clear(sound, at);
    const context = this.#picture.getContext('2d');
    sound.envelope.forEach((hop, i) => {
      const slot = (at + i) % this.#size;
      this.#outline.set(hop, 4 * slot);
      this.#paint(sound.spectrum[i]);
      context.putImageData(this.#column, slot, 0);
    });
    this.end = at + sound.envelope.length;
    this.begin = Math.max(this.begin, this.end - this.#size);
  }

  /** Have no sound any more. */
  forget() {
    this.begin = this.end;
  }

  /** Seconds of the source to which there is sound. */
  get endS() {
    return this.end * this.hopS;
  }

  /** One side of the outline at a hop: `which` 0 left least, 1 left greatest, 2 and 3 right. */
  at(hop, which) {
    return this.#outline[4 * (hop % this.#size) + which];
  }

  /** Loudest of the outline from hop `from` on, 0 to 127. */
  loudest(from) {
    let most = 0;
    for (let hop = Math.max(from, this.begin); hop < this.end; hop += 1) {
      for (let which = 0; which < 4; which += 1) most = Math.max(most, Math.abs(this.at(hop, which)));
    }
    return most;
  }

  /** Draw the spectrum of the hops from `from` to `to` into a box of the canvas. */
  drawSpectrum(context, from, to, x, y, width, height) {
    const first = Math.max(Math.ceil(from), this.begin);
    const last = Math.min(Math.floor(to), this.end);
    const each = width / (to - from);
    for (let hop = first; hop < last;) {
      const slot = hop % this.#size;
      const count = Math.min(last - hop, this.#size - slot);
      context.drawImage(this.#picture, slot, 0, count, this.#picture.height, x + (hop - from) * each, y, count * each + 0.5, height);
      hop += count;
    }
  }

  #clear(sound, at) {
    this.hopS = sound.hop_s;
    this.#size = Math.ceil(KEPT_S / sound.hop_s);
    this.#outline = new Int8Array(4 * this.#size);
    const bands = sound.spectrum[0].length;
    this.#picture = new OffscreenCanvas(this.#size, bands);
    this.#column = new ImageData(1, bands);
    this.begin = at;
    this.end = at;
  }

  #paint(bands) {
    bands.forEach((loud, band) => {
      const row = bands.length - 1 - band;
      this.#column.data.set(MAGMA.subarray(4 * loud, 4 * loud + 4), 4 * row);
    });
  }
}
