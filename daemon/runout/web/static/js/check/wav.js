// Sound as a WAV file.

const HEADER = 44;

/** Turn channels of Float32Array, -1 to 1, into interleaved 16 bit samples. */
export function samples(channels) {
  const out = new Int16Array(channels.length * channels[0].length);
  channels.forEach((channel, which) => {
    for (let i = 0; i < channel.length; i += 1) {
      out[channels.length * i + which] = Math.round(Math.min(1, Math.max(-1, channel[i])) * 32767);
    }
  });
  return out;
}

/** Make a file of `parts`, each from `samples`. */
export function wav(parts, channels, rate) {
  const bytes = parts.reduce((sum, part) => sum + (part.byteLength ?? part.size), 0);
  const view = new DataView(new ArrayBuffer(HEADER));
  const letters = (at, text) => [...text].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  letters(0, 'RIFF');
  view.setUint32(4, HEADER - 8 + bytes, true);
  letters(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  letters(36, 'data');
  view.setUint32(40, bytes, true);
  return new Blob([view.buffer, ...parts], { type: 'audio/wav' });
}
