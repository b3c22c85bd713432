// Colours of the spectrogram: even to the eye, and in grey. Magma, by Smith and van der Walt (2015), as in the report.

const STOPS = [
  '000003', '0a0722', '1c1046', '350f6a', '50127b', '691c80', '822581', '9c2e7f', 'b63679',
  'd0416f', 'e65162', 'f56a5b', 'fb8861', 'fea671', 'fec488', 'fde1a3', 'fbfcbf',
];

/** 256 colours from silent to loud, as red, green, blue, opaque: 1024 bytes. */
export const MAGMA = table();

function table() {
  const stops = STOPS.map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  const bytes = new Uint8ClampedArray(1024);
  for (let i = 0; i < 256; i += 1) {
    const at = (i / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    for (let c = 0; c < 3; c += 1) bytes[4 * i + c] = stops[low][c] + (at - low) * (stops[low + 1][c] - stops[low][c]);
    bytes[4 * i + 3] = 255;
  }
  return bytes;
}
