"""Drum machines: the recipes of DrumSynth (Paul Kellett, 1998), sounded once.

A recipe is an INI file of five voices (tone, noise, overtones, two bands of noise), each with an
envelope of points, sample at 44.1 kHz and per cent. What the voices do is from the parameters'
names and the program's manual; it is meant to sound as drum machines do, not sample by sample as
DrumSynth did.
"""

import configparser
import hashlib
import re
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
from scipy import signal
from tqdm import tqdm

from runout.errors import RunoutError
from runout_training.corpus import hits
from runout_training.corpus.packages import ELECTRONIC_DRUMS, version_of
from runout_training.corpus.tracks import RATE, Split

FOLDER = f"machines-{ELECTRONIC_DRUMS}"
_LONGEST = round(1.5 * RATE)
_SHORTEST = round(0.02 * RATE)
"""Shorter ones are clicks but for their name"""
_ATTACK = round(0.0003 * RATE)
_SPLITS: dict[str, Split] = {
    "tr808": "test",
    "linn": "test",
    "farfisa": "test",
    "misc_perc": "test",
    "tr606": "validation",
    "cr78": "validation",
}
# Sounds as one of cr78, which is validated on, does (correlation 0.99).
_DUPLICATES = ("latin/Clave_we",)
_NO_DRUMS = ("effects", "misc_fx", "misc_synth", "misc_bass", "instrument")
_EXCLUDED = re.compile(r"click|tick|impulse|loop|glitch|static")

Wave = npt.NDArray[np.float64]


class Machines:
    """The machines of one split, by name."""

    def __init__(self, cache: Path, split: Split) -> None:
        root = cache / "packages" / FOLDER
        version_of(root)  # says so when it is missing
        self.kits = {
            folder.name: [
                path
                for path in sorted(folder.glob("*.flac"))
                if f"{folder.name}/{path.stem}" not in _DUPLICATES
            ]
            for folder in sorted(root.iterdir())
            if folder.is_dir() and split_of_machine(folder.name) == split
        }


def split_of_machine(name: str) -> Split:
    """Which split a machine belongs to."""
    return _SPLITS.get(name, "train")


def render_machines(cache: Path) -> None:
    """Sound every recipe as 16 bit FLAC; does nothing when they are there."""
    packages = cache / "packages"
    if (packages / FOLDER).is_dir():
        return
    partial = packages / f"{FOLDER}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    recipes = sorted((packages / ELECTRONIC_DRUMS).rglob("drumsynth/*/*.ds"))
    for path in tqdm(recipes, desc="sounding drum machines", unit="hit"):
        if path.parent.name in _NO_DRUMS or _EXCLUDED.search(path.stem.lower()):
            continue
        sound = sounded(path)
        if sound.shape[1] >= _SHORTEST:
            folder = partial / path.parent.name
            folder.mkdir(parents=True, exist_ok=True)
            soundfile.write(folder / f"{path.stem}.flac", 0.9 * sound[0], RATE, subtype="PCM_16")
    (partial / "VERSION").write_text(version_of(packages / ELECTRONIC_DRUMS) + "\n", "utf-8")
    partial.rename(packages / FOLDER)


def sounded(path: Path) -> hits.Hit:
    """The hit of a recipe; of no samples if it sounds nothing."""
    recipe = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        recipe.read_string(path.read_text(encoding="latin-1"))
    except configparser.Error as error:
        raise RunoutError(f"{path}: {str(error).splitlines()[0]}") from error
    # Noise is drawn anew for each recipe, and the same each time that it is sounded.
    seed = int(hashlib.sha256(path.name.encode()).hexdigest()[:8], 16)
    voices = _Voices(recipe, np.random.default_rng(seed))
    out = voices.tone() + voices.noise() + voices.overtones()
    out += voices.band("NoiseBand") + voices.band("NoiseBand2")
    out = _driven(recipe, _filtered(recipe, out))
    sounding = np.flatnonzero(np.abs(out) > 1e-3 * max(np.abs(out).max(), 1e-9))
    if not sounding.size:
        return np.zeros((2, 0), np.float32)
    out = out[: sounding[-1] + 1]
    out[:_ATTACK] *= np.linspace(0.0, 1.0, _ATTACK)[: len(out)]
    return hits.finished(np.stack((out, out)))


class _Voices:
    """The voices of one recipe, each `_LONGEST` samples long."""

    def __init__(self, recipe: configparser.ConfigParser, rng: np.random.Generator) -> None:
        self._recipe = recipe
        self._rng = rng
        self._stretch = _number(recipe, "General", "Stretch", 100.0) / 100.0
        self._tuning = 2 ** (_number(recipe, "General", "Tuning", 0.0) / 12.0)

    def tone(self) -> Wave:
        """A sine that falls from one frequency to another."""
        if not self._on("Tone"):
            return np.zeros(_LONGEST)
        first, last = (self._hertz("Tone", key) for key in ("F1", "F2"))
        level, end = self._envelope("Tone", "Envelope")
        droop = _number(self._recipe, "Tone", "Droop", 0.0) / 100.0
        at = np.arange(_LONGEST) / max(end, 1)
        # With droop the fall is steep at first, as a struck skin's is.
        fall = np.exp(-at * 12.0 * droop**2) if droop > 0 else np.clip(1.0 - at, 0.0, 1.0)
        turns = np.cumsum(last + (first - last) * fall) / RATE
        phase = np.radians(_number(self._recipe, "Tone", "Phase", 90.0))
        return np.asarray(np.sin(2 * np.pi * turns + phase) * level)

    def noise(self) -> Wave:
        """White noise, sloped towards bass or treble."""
        if not self._on("Noise"):
            return np.zeros(_LONGEST)
        level, _ = self._envelope("Noise", "Envelope")
        slope = _number(self._recipe, "Noise", "Slope", 0.0) / 100.0
        white = self._rng.uniform(-1.0, 1.0, _LONGEST)
        if slope:
            corner = 16_000.0 * 2 ** (-5.0 * abs(slope)) if slope < 0 else 8_000.0 * slope + 100.0
            kind = "lowpass" if slope < 0 else "highpass"
            white = signal.sosfilt(signal.butter(1, corner, kind, fs=RATE, output="sos"), white)
        return np.asarray(white * level)

    def band(self, section: str) -> Wave:
        """A band of noise: slow noise on a carrier."""
        if not self._on(section):
            return np.zeros(_LONGEST)
        level, _ = self._envelope(section, "Envelope")
        centre = self._hertz(section, "F")
        width = centre * max(_number(self._recipe, section, "dF", 50.0), 1.0) / 100.0
        corner = float(np.clip(width / 2, 5.0, 0.45 * RATE))
        slow = self._rng.standard_normal(_LONGEST) * np.sqrt(RATE / corner) * 0.25
        slow = signal.sosfilt(signal.butter(1, corner, fs=RATE, output="sos"), slow)
        return np.asarray(slow * np.sin(2 * np.pi * centre * np.arange(_LONGEST) / RATE) * level)

    def overtones(self) -> Wave:
        """Two oscillators added, the one bending the other, multiplied, or the bank of six
        squares of a machine's cymbal."""
        if not self._on("Overtones"):
            return np.zeros(_LONGEST)
        one, two = (self._envelope("Overtones", f"Envelope{n}")[0] for n in (1, 2))
        first, second = (self._hertz("Overtones", f"F{n}") for n in (1, 2))
        method = int(_number(self._recipe, "Overtones", "Method", 0.0))
        waves = [int(_number(self._recipe, "Overtones", f"Wave{n}", 0.0)) for n in (1, 2)]
        amount = _number(self._recipe, "Overtones", "Param", 50.0) / 100.0
        time = np.arange(_LONGEST) / RATE
        if method == 3:
            spread = np.array((1.0, 1.42, 1.72, 2.09, 2.46, 3.03)) ** (0.5 + amount)
            bank = sum(_oscillator(3, first * ratio * time) for ratio in spread)
            return np.asarray(bank / 3.0 * (one + two) / 2)
        modulator = _oscillator(waves[1], second * time)
        if method == 1:
            return _oscillator(waves[0], first * time + amount * modulator * two) * one
        carrier = _oscillator(waves[0], first * time)
        if method == 2:
            return carrier * one * (1.0 - amount + amount * modulator * two)
        return carrier * one * (1.0 - amount) + modulator * two * amount

    def _on(self, section: str) -> bool:
        return _number(self._recipe, section, "On", 0.0) > 0

    def _hertz(self, section: str, key: str) -> float:
        hertz = _number(self._recipe, section, key, 440.0) * self._tuning
        return float(np.clip(hertz, 1.0, 0.45 * RATE))

    def _envelope(self, section: str, key: str) -> tuple[Wave, int]:
        """Level over time, and the sample where it ends."""
        points = self._recipe.get(section, key, fallback="0,100 4410,0")
        pairs = re.findall(r"(-?[\d.]+),(-?[\d.]+)", points)
        at, per_cent = np.array([(0.0, 100.0), *pairs][1 if pairs else 0 :], float).T
        at = np.maximum.accumulate(at) * self._stretch
        level = np.interp(np.arange(_LONGEST), at, per_cent / 100.0, right=0.0)
        gain = (_number(self._recipe, section, "Level", 128.0) / 128.0) ** 2
        return level * gain, int(min(at[-1], _LONGEST))


def _oscillator(shape: int, turns: Wave) -> Wave:
    sine = np.sin(2 * np.pi * turns)
    if shape == 0:
        return np.asarray(sine)
    if shape == 1:
        return np.asarray(np.sign(sine) * sine**2)
    if shape == 2:
        return np.asarray(4.0 * np.abs(turns % 1.0 - 0.5) - 1.0)
    return np.asarray(np.tanh(8.0 * sine))


def _filtered(recipe: configparser.ConfigParser, sound: Wave) -> Wave:
    """Low- or high-passed where the filter's envelope begins; its sweep is left out."""
    if _number(recipe, "General", "Filter", 0.0) <= 0:
        return sound
    first = re.match(r"[\d.]+,([\d.]+)", recipe.get("General", "FilterEnv", fallback="0,100"))
    opened = float(first[1]) / 100.0 if first else 1.0
    corner = float(np.clip(18_000.0 * opened**2, 60.0, 0.45 * RATE))
    kind = "highpass" if _number(recipe, "General", "HighPass", 0.0) > 0 else "lowpass"
    sections = signal.butter(2, corner, kind, fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sections, sound))


def _driven(recipe: configparser.ConfigParser, sound: Wave) -> Wave:
    if _number(recipe, "Distortion", "On", 0.0) <= 0:
        return sound
    drive = 10 ** (_number(recipe, "Distortion", "Clipping", 0.0) / 20.0)
    return np.asarray(np.tanh(sound * drive))


def _number(recipe: configparser.ConfigParser, section: str, key: str, default: float) -> float:
    text = recipe.get(section, key, fallback="").strip()
    try:
        return float(text) if text else default
    except ValueError:
        return default
