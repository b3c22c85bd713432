import numpy as np
import pytest
import soundfile

from runout_training.corpus.tracks import RATE, Track
from runout_training.sides.albums import Album, albums, played, shared


def track(file, seconds, package="p"):
    return Track(package, "1", file, "", seconds, "train")


@pytest.fixture
def cache(tmp_path):
    """Packages with three tracks of tones: at 44.1 kHz with silence about it, mono, at 48 kHz."""
    folder = tmp_path / "packages" / "p"
    folder.mkdir(parents=True)
    tone = 0.25 * np.sin(np.arange(8 * RATE) * 0.1)
    quiet = np.concatenate((np.zeros(RATE), tone, np.zeros(RATE)))
    soundfile.write(folder / "a.flac", np.stack((quiet, quiet), axis=1), RATE)
    soundfile.write(folder / "b.flac", 0.1 * tone, RATE)
    soundfile.write(folder / "c.flac", np.stack((tone, tone), axis=1), 48_000)
    return tmp_path


def test_every_track_is_on_one_album_and_stems_are_on_none():
    tracks = [track(f"{n}.ogg", 100.0) for n in range(11)] + [track("x/guitar.ogg", 100.0)]
    sets = albums(tracks)
    assert [one.file for album in sets for one in album.tracks] == [f"{n}.ogg" for n in range(11)]
    assert [len(album.tracks) for album in sets] == [4, 7]
    assert len({album.name for album in sets}) == 2


def test_shares_are_even_as_far_as_lengths_allow():
    assert shared([100.0, 100.0], 60.0) == [30.0, 30.0]
    assert shared([100.0, 10.0, 100.0], 100.0) == [45.0, 10.0, 45.0]
    assert shared([20.0, 10.0], 100.0) == [20.0, 10.0]


def test_tracks_keep_their_levels_and_lose_the_silence_at_their_ends(cache):
    album = Album("x", (track("a.flac", 10.0), track("b.flac", 8.0)))
    sounds = played(np.random.default_rng(0), cache, album, 60.0, 2)
    peaks = sorted(float(np.abs(sound).max()) for sound in sounds)
    assert peaks == pytest.approx([0.025, 0.25], rel=0.01)
    assert {round(sound.shape[1] / RATE, 1) for sound in sounds} == {8.0}
    for sound in sounds:
        assert np.abs(sound[:, [0, -1]]).max() == 0.0


def test_other_rates_come_at_44100_hz(cache):
    album = Album("x", (track("c.flac", 7.35),))
    (sound,) = played(np.random.default_rng(0), cache, album, 5.0, 1)
    assert sound.shape == (2, 5 * RATE)


def test_too_short_tracks_bring_more_tracks(cache):
    album = Album("x", tuple(track(f"{name}.flac", 7.0) for name in "abc"))
    assert len(played(np.random.default_rng(0), cache, album, 20.0, 1)) == 3
