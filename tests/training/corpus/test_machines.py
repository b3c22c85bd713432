import numpy as np
import pytest

from runout.errors import RunoutError
from runout_training.corpus.machines import render_machines, sounded
from runout_training.corpus.packages import ELECTRONIC_DRUMS
from runout_training.corpus.tracks import RATE

TONE = "[Tone]\nOn=1\nLevel=128\nF1={}\nF2={}\nDroop={}\nPhase=0\n"
TONE += "Envelope=0,100 11025,100 22050,0\n"


def written(tmp_path, text, name="hit.ds"):
    path = tmp_path / name
    path.write_text(f"[General]\nVersion=DrumSynth v2.0\nStretch=100\nFilter=0\n{text}")
    return path


def heard_hz(sound):
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 17))
    return power.argmax() * RATE / (1 << 17)


def test_a_tone_has_its_pitch_and_length(tmp_path):
    hit = sounded(written(tmp_path, TONE.format(440, 440, 0)))
    assert hit.shape[1] / RATE == pytest.approx(0.5, abs=0.01)
    assert heard_hz(hit[0]) == pytest.approx(440, abs=2)
    assert np.abs(hit).max() == pytest.approx(1.0)
    assert np.abs(hit[:, -1]).max() < 1e-3


def test_a_tone_falls_from_the_first_pitch_to_the_last(tmp_path):
    hit = sounded(written(tmp_path, TONE.format(800, 100, 0)))
    part = RATE // 20
    assert heard_hz(hit[0][:part]) > 650
    assert heard_hz(hit[0][7 * part : 8 * part]) < 350


def test_a_recipe_that_sounds_nothing_gives_nothing(tmp_path):
    assert sounded(written(tmp_path, "[Tone]\nOn=0\n")).shape == (2, 0)


def test_noise_is_the_same_each_time_and_another_for_each_recipe(tmp_path):
    text = "[Noise]\nOn=1\nLevel=100\nSlope=0\nEnvelope=0,100 4000,0\n"
    one, again = (sounded(written(tmp_path, text)) for _ in range(2))
    other = sounded(written(tmp_path, text, "other.ds"))
    assert np.array_equal(one, again)
    assert abs(np.corrcoef(one[0, :3000], other[0, :3000])[0, 1]) < 0.2


def test_a_band_of_noise_lies_about_its_centre(tmp_path):
    text = "[NoiseBand]\nOn=1\nLevel=128\nF=5000\ndF=10\nEnvelope=0,100 22050,0\n"
    power = np.abs(np.fft.rfft(sounded(written(tmp_path, text))[0])) ** 2
    hertz = np.linspace(0, RATE / 2, len(power))
    assert (power * hertz).sum() / power.sum() == pytest.approx(5000, rel=0.1)


def test_what_is_no_recipe_is_named(tmp_path):
    path = tmp_path / "broken.ds"
    path.write_text("On=1\n")
    with pytest.raises(RunoutError, match=r"broken\.ds"):
        sounded(path)


def test_machines_are_rendered_without_their_effects_and_clicks(tmp_path):
    root = tmp_path / "packages" / ELECTRONIC_DRUMS
    for name in ("tr808/Snare.ds", "tr808/Click.ds", "effects/Glass.ds"):
        path = root / "drumsynth" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(tmp_path, TONE.format(200, 100, 20)).read_text())
    (root / "VERSION").write_text("1.2\n")
    render_machines(tmp_path)
    found = sorted(path.name for path in (tmp_path / "packages").rglob("*.flac"))
    assert found == ["Snare.flac"]
