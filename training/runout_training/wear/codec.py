"""Codecs: a worn record that somebody shared as MP3 or Vorbis, at 96 to 320 kb/s.

Both smear an impulse over a block of some 3 to 25 ms (pre-echo) and cut the treble. LAME delays by
1105 samples, and libsndfile takes that out when it reads (measured: 0 samples at every rate here,
by cross-correlation; Vorbis has none), so truth stays where it is.
"""

import io
from typing import Literal

import numpy as np
import soundfile

from runout_training.corpus.tracks import RATE
from runout_training.wear.worn import Sound, Worn

Codec = Literal["mp3", "vorbis"]
CODECS: tuple[Codec, ...] = ("mp3", "vorbis")
MP3_KBPS = (96, 128, 160, 192, 256, 320)
_MP3_LEAST, _MP3_MOST = 32, 320
"""Kilobits a second that libsndfile's compression levels 1 and 0 stand for"""
_VORBIS_LEVELS = (0.2, 0.8)
"""Measured on noise below 8 kHz: 238 to 107 kb/s"""
_BLOCK = 8192
"""Samples a write: libvorbis needs stack for each, and has overflowed on whole files"""


def codec(
    rng: np.random.Generator, worn: Worn, name: Codec | None = None, kbps: int | None = None
) -> Worn:
    """Encode and decode at full scale 1; of MP3, `kbps` is the constant rate."""
    chosen = CODECS[int(rng.integers(len(CODECS)))] if name is None else name
    if chosen == "mp3":
        rate = int(rng.choice(MP3_KBPS)) if kbps is None else kbps
        return worn.with_truth(mp3(worn.sound, rate))
    return worn.with_truth(coded(worn.sound, chosen, float(rng.uniform(*_VORBIS_LEVELS))))


def mp3(sound: Sound, kbps: int) -> Sound:
    """The sound, shape (2, samples), as MP3 at a constant rate."""
    return coded(sound, "mp3", (_MP3_MOST - kbps) / (_MP3_MOST - _MP3_LEAST))


def coded(sound: Sound, name: Codec, level: float) -> Sound:
    """The sound, shape (2, samples), after encoding at libsndfile's compression `level`."""
    file = io.BytesIO()
    mp3 = name == "mp3"
    with soundfile.SoundFile(
        file,
        "w",
        RATE,
        2,
        "MPEG_LAYER_III" if mp3 else "VORBIS",
        format="MP3" if mp3 else "OGG",
        compression_level=level,
        bitrate_mode="CONSTANT" if mp3 else None,
    ) as out:
        for start in range(0, sound.shape[1], _BLOCK):
            out.write(sound[:, start : start + _BLOCK].T)
    file.seek(0)
    decoded, _ = soundfile.read(file, always_2d=True)
    return np.ascontiguousarray(decoded.T)
