import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from runout.errors import RunoutError
from runout_training.corpus.packages import DRUMS, MUSIC
from runout_training.corpus.tracks import RATE, RENDERS, Music, group_of, split_of

SLOW = 8_000
SPLITS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Packages with a few tracks of noise each; not to be written to."""
    root = tmp_path_factory.mktemp("cache")
    rng = np.random.default_rng(0)
    for number, package in enumerate(MUSIC + RENDERS):
        folder = root / "packages" / package
        folder.mkdir(parents=True)
        (folder / "VERSION").write_text("1.0\n")
        if package in RENDERS:
            soundfile.write(folder / "piece.flac", noise(rng), SLOW)
            continue
        for track in range(6):
            path = folder / f"piece{'abcdef'[track]}{'ghijklm'[number]}.ogg"
            soundfile.write(path, noise(rng), SLOW)
    return root


@pytest.fixture
def own_cache(cache, tmp_path):
    """A copy, to be written to."""
    return shutil.copytree(cache, tmp_path / "cache")


def noise(rng):
    return 0.1 * rng.standard_normal(SLOW * 32)


def test_no_track_is_in_two_splits_and_held_out_packages_are_never_trained_on(cache):
    tracks = {split: {t.sha256 for t in Music(cache, split).tracks} for split in SPLITS}
    assert sum(len(found) for found in tracks.values()) == 6 * len(MUSIC) + len(RENDERS)
    assert len(set.union(*tracks.values())) == 6 * len(MUSIC) + len(RENDERS)
    trained = {track.package for split in SPLITS[:2] for track in Music(cache, split).tracks}
    assert not trained & {"singularity-music", "fretsonfire-songs-muldjord"}


def test_renders_come_after_what_was_there_before(cache):
    packages = [track.package for split in SPLITS for track in Music(cache, split).tracks]
    assert set(RENDERS) < set(packages)
    train = [track.package for track in Music(cache, "train").tracks]
    assert [name in RENDERS for name in train] == sorted(name in RENDERS for name in train)


def test_a_package_that_is_missing_is_one_clear_line(own_cache):
    shutil.rmtree(own_cache / "packages" / RENDERS[0])
    with pytest.raises(RunoutError, match=r"render-.* is missing: `runout-train prepare`"):
        _ = Music(own_cache, "train").tracks


def test_an_excerpt_has_unit_level_at_the_analysis_rate(cache):
    excerpt = Music(cache, "test").excerpt(np.random.default_rng(1), 3.0)
    assert excerpt.shape == (2, 3 * RATE)
    assert np.sqrt(np.mean(excerpt**2)) == pytest.approx(1.0)


def test_a_silent_track_is_an_error_and_no_endless_search(own_cache):
    music = Music(own_cache, "test")
    track = music.tracks[0]
    path = own_cache / "packages" / track.package / track.file
    soundfile.write(path, np.zeros(SLOW * 32), SLOW)
    with pytest.raises(RunoutError, match="no excerpt"):
        music.excerpt(np.random.default_rng(1), 3.0, track)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("music/celtic.ogg", "music/celtic_fast.ogg"),
        ("music/van_mission2.ogg", "music/van_mission3.ogg"),
        ("a/jumping_to_the_stars_remake.ogg", "a/jumping_to_the_stars_remake_fast.ogg"),
    ],
)
def test_takes_of_one_piece_stay_together(one, other):
    assert group_of("p", Path(one)) == group_of("p", Path(other))


def test_stems_of_one_song_stay_together():
    package = "fretsonfire-songs-sectoid"
    song, guitar = Path("songs/Feelings/song.ogg"), Path("songs/Feelings/guitar.ogg")
    assert group_of(package, song) == group_of(package, guitar)
    assert group_of(package, song) != group_of(package, Path("songs/War/song.ogg"))


def test_splits_are_fixed_and_about_as_large_as_meant():
    names = [f"track {number}" for number in range(3000)]
    shares = [sum(split_of(name) == split for name in names) / 3000 for split in SPLITS]
    assert shares == pytest.approx([0.7, 0.1, 0.2], abs=0.03)
    assert len(set(MUSIC + DRUMS)) == len(MUSIC) + len(DRUMS)
