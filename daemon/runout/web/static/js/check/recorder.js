// Records what a microphone or line-in of the viewer's own brings, without the changes that browsers make to speech.

import { samples, wav } from './wav.js';

const CHANNELS = 2;
/** Seconds after which what was recorded is handed to the browser to keep, off the page's memory. */
const BLOB_S = 30;

/** Why there can be no recording here, in words; null where there can. */
export function hindrance() {
  if (navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode) return null;
  return 'Browsers give a page the microphone only over https, or on the box itself. Ask whoever looks after the box to set up https (cert_file and key_file in its settings).';
}

/** A recording. `heard(level)` is called some ten times a second with the peak, 0 to 1. */
export class Recorder {
  seconds = 0;
  #heard;
  #context = null;
  #stream = null;
  #kept = [];
  #parts = [];
  #recent = [];

  constructor(heard) {
    this.#heard = heard;
  }

  /** Begin, from the device `deviceId` (the system's own choice where empty). */
  async start(deviceId) {
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: { ideal: CHANNELS } };
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio: deviceId ? { ...plain, deviceId: { exact: deviceId } } : plain });
    this.#context = new AudioContext();
    await this.#context.audioWorklet.addModule(new URL('recorder-worklet.js', import.meta.url));
    const node = new AudioWorkletNode(this.#context, 'recorder', { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }) => this.#take(data);
    this.#context.createMediaStreamSource(this.#stream).connect(node);
  }

  /** The last `seconds` of it as a WAV file. */
  last(seconds) {
    const most = Math.round(seconds * this.#context.sampleRate) * CHANNELS;
    let [from, length] = [this.#recent.length, 0];
    while (from > 0 && length < most) {
      from -= 1;
      length += this.#recent[from].length;
    }
    this.#recent.splice(0, from);
    return wav(this.#recent, CHANNELS, this.#context.sampleRate);
  }

  /** End it; returns all of it as a WAV file. */
  async stop() {
    const rate = this.#context.sampleRate;
    for (const track of this.#stream.getTracks()) track.stop();
    await this.#context.close();
    return wav([...this.#kept, ...this.#parts], CHANNELS, rate);
  }

  #take(channels) {
    const part = samples(channels);
    this.seconds += channels[0].length / this.#context.sampleRate;
    this.#parts.push(part);
    this.#recent.push(part);
    if (this.#parts.length * channels[0].length > BLOB_S * this.#context.sampleRate) {
      this.#kept.push(new Blob(this.#parts));
      this.#parts = [];
    }
    this.#heard(channels.reduce((most, channel) => channel.reduce((peak, value) => Math.max(peak, Math.abs(value)), most), 0));
  }
}
