import numpy as np
import pytest
import soundfile

from runout.report.page.scan import COLUMNS, ROWS, Cut, row_edges_hz, scan
from sounds import noise, sine


def written(path, sound, rate=44_100):
    soundfile.write(path, sound, rate, subtype="FLOAT")
    return path


def scanned(path, frames, cuts=(), told=None):
    return scan(path, frames, cuts, (told if told is not None else []).append)


def test_a_loud_second_stands_where_it_is(tmp_path):
    sound = 0.01 * sine(10.0, level=1.0)
    sound[4 * 44_100 : 5 * 44_100] *= 50.0
    found = scanned(written(tmp_path / "a.wav", sound), len(sound))
    assert found.peak.shape == found.rms.shape == (COLUMNS,)
    assert np.allclose(found.peak[401:499], 0.5, atol=1e-3)
    assert np.allclose(found.peak[:399], 0.01, atol=1e-4)
    assert np.allclose(found.rms[402:498], 0.5 / np.sqrt(2), rtol=0.05)


@pytest.mark.parametrize("rate", [44_100, 96_000])
@pytest.mark.parametrize("hertz", [200.0, 1000.0, 9000.0])
def test_a_tone_is_the_loudest_in_its_row(tmp_path, rate, hertz):
    sound = sine(3.0, rate, hertz)
    found = scanned(written(tmp_path / "a.wav", sound, rate), len(sound))
    row = found.spectrum_db[:, 100:900].mean(axis=1).argmax()
    edges = row_edges_hz()
    assert edges[row] / 1.05 <= hertz <= edges[row + 1] * 1.05


def test_white_noise_has_its_density(tmp_path):
    sound = noise(20.0, level=0.1)
    found = scanned(written(tmp_path / "a.wav", sound), len(sound))
    # Two channels, each 0.1 squared over half the rate.
    expected_db = 10 * np.log10(2 * 0.1**2 / 22_050)
    mean_db = 10 * np.log10(np.mean(10 ** (found.spectrum_db / 10), axis=1))
    assert np.allclose(mean_db[60:158], expected_db, atol=0.5)


def test_cuts_are_the_very_samples(tmp_path):
    sound = noise(5.0)
    cuts = [Cut(100, 90_000), Cut(200_000, 230_000)]
    found = scanned(written(tmp_path / "a.wav", sound), len(sound), cuts)
    assert np.array_equal(found.cuts[0], sound[100:90_000])
    assert np.array_equal(found.cuts[1], sound[200_000:])


def test_progress_ends_at_all(tmp_path):
    told = []
    sound = noise(2.5)
    scanned(written(tmp_path / "a.wav", sound), len(sound), told=told)
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize("frames", [7, 500, 3000])
def test_the_shortest_of_files(tmp_path, frames):
    sound = noise(1.0)[:frames]
    found = scanned(written(tmp_path / "a.wav", sound), frames)
    assert found.spectrum_db.shape == (ROWS, max(1, frames // 32))
    assert np.isfinite(found.spectrum_db).all()
    assert found.peak.max() == pytest.approx(np.abs(sound).max())
