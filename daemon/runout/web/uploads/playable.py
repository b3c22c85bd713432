"""A sound as browsers play it: as it is where they can, and else as FLAC."""

from pathlib import Path

import numpy as np
import soundfile

from runout.errors import RunoutError
from runout.web.uploads.sounds import SOUND_STEM

_AS_IT_IS = {
    ("FLAC", "PCM_S8"): ".flac",
    ("FLAC", "PCM_16"): ".flac",
    ("FLAC", "PCM_24"): ".flac",
    ("MP3", "MPEG_LAYER_III"): ".mp3",
    ("OGG", "VORBIS"): ".ogg",
    ("OGG", "OPUS"): ".ogg",
    **{
        (kind, subtype): ".wav"
        for kind in ("WAV", "WAVEX")
        for subtype in ("PCM_U8", "PCM_16", "PCM_24", "FLOAT")
    },
}
"""What Chromium and Firefox both play, by libsndfile's names, and the ending that says so"""
_SHORT = ("PCM_S8", "PCM_U8", "PCM_16", "ULAW", "ALAW")
"""Fit into 16 bits"""
_FLOATS = ("FLOAT", "DOUBLE")
_FRAMES = 65_536


def put_playable(sound: Path, folder: Path, peak: float) -> Path:
    """Move a sound into a folder, or write it there as FLAC; return where it lies.

    `peak` is its largest magnitude: floats beyond full scale are made softer as a whole.
    """
    with soundfile.SoundFile(str(sound)) as file:
        loud = file.subtype in _FLOATS and peak > 1.0
        ending = _AS_IT_IS.get((file.format, file.subtype))
        if ending is None or loud:
            path = folder / f"{SOUND_STEM}.flac"
            _write_flac(file, path, 1.0 / peak if loud else 1.0)
            return path
    return sound.rename(folder / f"{SOUND_STEM}{ending}")


def _write_flac(file: soundfile.SoundFile, path: Path, gain: float) -> None:
    subtype = "PCM_16" if file.subtype in _SHORT else "PCM_24"
    try:
        with soundfile.SoundFile(
            str(path), "w", file.samplerate, file.channels, subtype, format="FLAC"
        ) as out:
            for block in file.blocks(_FRAMES, dtype="float32"):
                out.write(np.clip(block * np.float32(gain), -1.0, 1.0))
    except soundfile.LibsndfileError as error:
        raise RunoutError(f"could not be written as FLAC: {error.error_string}") from error
