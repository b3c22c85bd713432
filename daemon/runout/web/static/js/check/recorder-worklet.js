// Runs beside the page, in the browser's own thread for sound: gathers what arrives and hands it over.

/** Frames that are handed over at once: about a tenth of a second. */
const GATHERED = 4096;

class Recorder extends AudioWorkletProcessor {
  #gathered = [new Float32Array(GATHERED), new Float32Array(GATHERED)];
  #filled = 0;

  /** Take a block of up to two channels; a single one is both. */
  process([input]) {
    if (input.length > 0) {
      const frames = input[0].length;
      this.#gathered.forEach((channel, which) => channel.set(input[Math.min(which, input.length - 1)], this.#filled));
      this.#filled += frames;
      if (this.#filled + frames > GATHERED) {
        this.port.postMessage(this.#gathered.map((channel) => channel.slice(0, this.#filled)));
        this.#filled = 0;
      }
    }
    return true;
  }
}

registerProcessor('recorder', Recorder);
