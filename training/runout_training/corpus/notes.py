"""Single notes of a soundfont's percussion and plucked instruments, rendered once."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from tqdm import tqdm

from runout_training.corpus import hits
from runout_training.corpus.fluidsynth import play, soundfont
from runout_training.corpus.packages import SOUNDFONT, version_of
from runout_training.corpus.scores import Note, midi_of
from runout_training.corpus.tracks import RATE, Split

FOLDER = f"notes-{SOUNDFONT}"
_SLOT_S = 1.5
"""Seconds from one note to the next"""
_EARLY_S = 0.005
"""A slot begins this long before its note, so that nothing of its attack is lost"""
_RAMP_S = 0.004
_STRUCK_S = (0.1, 0.25, 0.7)
_VELOCITIES = (60, 92, 127)
_KITS = (0, 16, 24, 25, 40)
"""Standard, power, electronic, TR-808, brush; the orchestra's has other sounds on the same keys"""


@dataclass(frozen=True, slots=True)
class Instrument:
    """What is sounded, and the split that it belongs to."""

    name: str
    split: Split
    keys: tuple[int, ...]
    program: int | None = None
    """General MIDI program from 0; None for percussion, on each kit"""


def _plucked(name: str, split: Split, program: int, lowest: int, highest: int) -> Instrument:
    return Instrument(name, split, tuple(range(lowest, highest + 1, 4)), program)


# Keys are General MIDI's. No two splits share a sample of FluidR3: where two keys or programs play
# the same one (both triangles; nylon and steel guitar), they are in one split.
INSTRUMENTS = (
    Instrument("hand clap", "train", (39,)),
    Instrument("sticks", "train", (31,)),
    Instrument("side stick", "train", (37,)),
    Instrument("claves", "train", (75,)),
    Instrument("hi-hat", "train", (42, 44, 46)),
    Instrument("snare", "train", (38, 40)),
    Instrument("kick", "train", (35, 36)),
    Instrument("tom", "train", (41, 45, 48, 50)),
    Instrument("triangle", "train", (80, 81)),
    Instrument("conga", "train", (62, 63, 64)),
    Instrument("maracas", "train", (69, 70, 82)),
    Instrument("slap", "train", (27, 28)),
    _plucked("banjo", "train", 105, 48, 84),
    _plucked("sitar", "train", 104, 48, 80),
    _plucked("harpsichord", "train", 6, 36, 88),
    _plucked("clavinet", "train", 7, 36, 84),
    _plucked("xylophone", "train", 13, 60, 96),
    _plucked("muted guitar", "train", 28, 40, 80),
    _plucked("distorted guitar", "train", 30, 40, 76),
    _plucked("nylon guitar", "train", 24, 40, 80),
    _plucked("steel guitar", "train", 25, 40, 80),
    _plucked("slap bass", "train", 36, 28, 56),
    _plucked("synth bass", "train", 38, 28, 56),
    _plucked("kalimba", "train", 108, 52, 84),
    _plucked("pizzicato", "train", 45, 36, 84),
    _plucked("synth drum", "train", 118, 36, 76),
    _plucked("honky-tonk piano", "train", 3, 36, 96),
    Instrument("cowbell", "validation", (56,)),
    Instrument("guiro", "validation", (73, 74)),
    Instrument("timbale", "validation", (65, 66)),
    _plucked("music box", "validation", 10, 60, 96),
    _plucked("vibraphone", "validation", 11, 53, 89),
    _plucked("harp", "validation", 46, 40, 92),
    _plucked("taiko", "validation", 116, 36, 76),
    Instrument("castanets", "test", (85,)),
    Instrument("wood block", "test", (76, 77)),
    Instrument("tambourine", "test", (54,)),
    Instrument("bongo", "test", (60, 61)),
    Instrument("agogo", "test", (67, 68)),
    _plucked("koto", "test", 107, 48, 84),
    _plucked("shamisen", "test", 106, 48, 80),
    _plucked("overdriven guitar", "test", 29, 40, 76),
    _plucked("marimba", "test", 12, 48, 88),
    _plucked("dulcimer", "test", 15, 48, 84),
    _plucked("steel drums", "test", 114, 52, 80),
    _plucked("picked bass", "test", 34, 28, 56),
)


class Notes:
    """The notes of one split's instruments."""

    def __init__(self, cache: Path, split: Split) -> None:
        self._folder = cache / "packages" / FOLDER
        self.instruments = tuple(one for one in INSTRUMENTS if one.split == split)

    def note(self, rng: np.random.Generator, instrument: Instrument) -> hits.Hit:
        """One of the notes that were rendered of an instrument."""
        index = int(rng.integers(len(_notes_of(instrument))))
        slot = round(_SLOT_S * RATE)
        return hits.read(self._folder / f"{instrument.name}.flac", index * slot, slot)


def render_notes(cache: Path) -> None:
    """Render every instrument's notes, dry, as 16 bit FLAC; does nothing when they are there."""
    packages = cache / "packages"
    if (packages / FOLDER).is_dir():
        return
    partial = packages / f"{FOLDER}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    bank = soundfont(cache)
    # Threads: each waits for a FluidSynth of its own.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(_render_one, one, bank, partial) for one in INSTRUMENTS]
        done = as_completed(jobs)
        for job in tqdm(done, total=len(jobs), desc="rendering notes", unit="instrument"):
            job.result()
    (partial / "VERSION").write_text(version_of(packages / SOUNDFONT) + "\n", encoding="utf-8")
    partial.rename(packages / FOLDER)


def _notes_of(instrument: Instrument) -> list[tuple[int, int, int, float]]:
    """Program, key, velocity and seconds of each note of an instrument."""
    programs = _KITS if instrument.program is None else (instrument.program,)
    struck = [
        (program, key, velocity)
        for program in programs
        for key in instrument.keys
        for velocity in _VELOCITIES
    ]
    return [(*one, _STRUCK_S[index % len(_STRUCK_S)]) for index, one in enumerate(struck)]


def _render_one(instrument: Instrument, bank: Path, folder: Path) -> None:
    slot = round(_SLOT_S * RATE)
    parts = []
    wanted = _notes_of(instrument)
    for program in dict.fromkeys(program for program, *_ in wanted):
        of_program = [rest for one, *rest in wanted if one == program]
        notes = [
            Note(index * _SLOT_S + _EARLY_S, seconds, int(key), int(velocity))
            for index, (key, velocity, seconds) in enumerate(of_program)
        ]
        midi = midi_of(notes, program, instrument.program is None)
        sound = play(midi, bank, len(notes) * _SLOT_S, effects=False)
        missing = len(notes) * slot - sound.shape[1]
        parts.append(np.pad(sound, ((0, 0), (0, max(0, missing)))))
    whole = np.concatenate(parts, axis=1)
    whole = whole * (0.89 / np.abs(whole).max())
    # What still rings from the note before is faded in, for a step is a click.
    ramp = round(_RAMP_S * RATE)
    whole.reshape(2, -1, slot)[:, :, :ramp] *= np.linspace(0.0, 1.0, ramp, dtype=np.float32)
    soundfile.write(folder / f"{instrument.name}.flac", whole.T, RATE, subtype="PCM_16")
