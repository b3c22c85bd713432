import numpy as np
import pytest
import soundfile

from runout.errors import RunoutError
from runout.web.uploads.playable import put_playable
from sounds import noise
from web.uploads.handing import written

SOUND = noise(0.5)


@pytest.mark.parametrize(
    ("form", "subtype", "ending"),
    [
        ("FLAC", "PCM_24", ".flac"),
        ("WAV", "PCM_16", ".wav"),
        ("WAV", "FLOAT", ".wav"),
        ("OGG", "VORBIS", ".ogg"),
        ("MP3", "MPEG_LAYER_III", ".mp3"),
    ],
)
def test_what_browsers_play_stays_as_it_is(tmp_path, form, subtype, ending):
    path = written(tmp_path / "sound", SOUND, format=form, subtype=subtype)
    before = path.read_bytes()
    put = put_playable(path, tmp_path, 0.5)
    assert put == tmp_path / f"sound{ending}"
    assert put.read_bytes() == before


@pytest.mark.parametrize(
    ("form", "subtype", "bits"),
    [
        ("AIFF", "PCM_16", 16),
        ("AIFF", "PCM_24", 24),
        ("WAV", "DOUBLE", 24),
        ("WAV", "PCM_32", 24),
        ("W64", "PCM_16", 16),
    ],
)
def test_all_else_becomes_flac(tmp_path, form, subtype, bits):
    path = written(tmp_path / "source", SOUND, format=form, subtype=subtype)
    put = put_playable(path, tmp_path, 0.5)
    assert put == tmp_path / "sound.flac"
    info = soundfile.info(put)
    assert (info.format, info.subtype, info.samplerate) == ("FLAC", f"PCM_{bits}", 44_100)
    assert np.abs(soundfile.read(put)[0] - SOUND).max() <= 2.0 ** (1 - bits)


def test_where_it_could_not_be_written_is_not_told(tmp_path):
    path = written(tmp_path / "source", SOUND, format="AIFF")
    with pytest.raises(RunoutError, match="could not be written as FLAC: ") as raised:
        put_playable(path, tmp_path / "none", 0.5)
    assert str(tmp_path) not in str(raised.value)


def test_floats_beyond_full_scale_are_made_softer_as_a_whole(tmp_path):
    path = written(tmp_path / "source", SOUND * 1000, format="WAV", subtype="FLOAT")
    peak = float(np.abs(SOUND).max() * 1000)
    played, _ = soundfile.read(put_playable(path, tmp_path, peak))
    assert np.abs(played - SOUND * 1000 / peak).max() < 1e-6
