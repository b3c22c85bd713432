import numpy as np
import pytest
import soundfile

from runout_training.corpus import hits
from runout_training.corpus.tracks import RATE


@pytest.fixture
def ring():
    """A tone that is struck and dies away."""
    time = np.arange(RATE) / RATE
    tone = np.sin(2 * np.pi * 1000 * time) * np.exp(-time / 0.1)
    return hits.finished(np.stack((tone, tone)))


def test_a_hit_is_read_at_the_analysis_rate_in_stereo_with_its_peak_at_one(tmp_path):
    rng = np.random.default_rng(0)
    soundfile.write(tmp_path / "hit.wav", 0.2 * rng.uniform(-1, 1, 4800), 48_000)
    hit = hits.read(tmp_path / "hit.wav")
    assert hit.shape == (2, 4410)
    assert np.abs(hit).max() == pytest.approx(1.0)
    assert np.array_equal(hit[0], hit[1])


def test_a_part_of_a_file_is_read_from_where_it_is_asked(tmp_path):
    steps = np.repeat((0.1, 0.5, 0.25), 4000)
    soundfile.write(tmp_path / "slots.wav", np.stack((steps, steps / 2)).T, RATE)
    part = hits.read(tmp_path / "slots.wav", 4000, 4000)
    assert part.shape == (2, 4000)
    assert part[:, :3000] == pytest.approx(np.repeat([[1.0], [0.5]], 3000, axis=1), abs=1e-3)


def test_the_end_fades_to_nothing():
    hit = hits.finished(np.ones((2, 4000)))
    assert np.abs(np.diff(hit)).max() < 0.002
    assert hit[:, -1] == pytest.approx(0.0)


def test_what_is_as_good_as_silent_is_not_blown_up():
    assert not hits.finished(np.full((2, 4000), 3e-5)).any()


def test_varied_hits_differ_yet_end_in_silence_without_a_step(ring):
    for seed in range(30):
        varied = hits.vary(np.random.default_rng(seed), ring)
        assert np.isfinite(varied).all()
        assert np.abs(varied).max() == pytest.approx(1.0)
        assert 0.69 * RATE < varied.shape[1] < 1.45 * RATE
        assert np.abs(varied[:, -1]).max() < 1e-3
    once, again = (hits.vary(np.random.default_rng(3), ring) for _ in range(2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once[:, :1000], ring[:, :1000])


def test_a_hit_is_laid_where_there_is_room(ring):
    out = np.zeros((2, 1000))
    hits.lay(out, ring, 900, hits.walls(0.5))
    assert not out[:, :900].any()
    assert out[0, 900:] == pytest.approx(0.5 * ring[0, :100])
    assert out[1, 900:] == pytest.approx(ring[1, :100])
