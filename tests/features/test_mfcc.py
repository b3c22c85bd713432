import librosa
import numpy as np
import pytest

from runout.features.front_end import FrontEnd
from runout.features.mel import dct_matrix, mel_matrix, window
from runout.features.mfcc import mfcc
from runout.features.params import FeatureParams
from sounds import noise, real_music, sine

PARAMS = FeatureParams()


def librosa_mfcc(signal: np.ndarray) -> np.ndarray:
    mel = librosa.feature.melspectrogram(
        y=signal,
        sr=PARAMS.sample_rate,
        n_fft=PARAMS.n_fft,
        hop_length=PARAMS.hop,
        n_mels=PARAMS.n_mels,
        fmin=PARAMS.fmin_hz,
        fmax=PARAMS.fmax_hz,
        center=False,
    )
    # Without top_db, which needs the whole sound's maximum: a stream has none.
    log_mel = librosa.power_to_db(mel, top_db=None)
    return librosa.feature.mfcc(S=log_mel, n_mfcc=PARAMS.n_mfcc).T


@pytest.mark.parametrize("sound", [noise(1.0), sine(1.0), real_music()], ids=lambda s: str(s.shape))
def test_equals_librosa_within_a_thousandth(sound):
    frames = np.lib.stride_tricks.sliding_window_view(sound[:, 0], PARAMS.n_fft)[:: PARAMS.hop]
    assert np.abs(mfcc(frames, PARAMS) - librosa_mfcc(sound[:, 0])).max() < 1e-3


def test_what_the_front_end_streams_equals_librosa_on_lateral_and_vertical():
    sound = real_music()
    front_end = FrontEnd(PARAMS.sample_rate, step=16, lead=0, tail=0, params=PARAMS)
    steps = [*front_end.feed(sound), *front_end.finish()]
    rows = np.concatenate([step.features for step in steps])
    # A cell is the centre half of its frame, so frames begin half a hop before their cell.
    begun = sound[PARAMS.hop // 2 :]
    lateral = librosa_mfcc(0.5 * (begun[:, 0] + begun[:, 1]))
    vertical = librosa_mfcc(0.5 * (begun[:, 0] - begun[:, 1]))
    got = rows[1 : 1 + len(lateral)]
    # C0 is told relative to its own running mean, so it is compared by the two's difference.
    assert np.abs(got[:, 1:40] - lateral[:, 1:]).max() < 1e-3
    assert np.abs(got[:, 41:80] - vertical[:, 1:]).max() < 1e-3
    difference = vertical[:, 0] - lateral[:, 0]
    assert np.abs(got[:, 40] - got[:, 0] - difference).max() < 1e-3


def test_matrices_are_made_once_and_can_not_be_changed():
    for made in (mel_matrix, dct_matrix, window):
        assert made(PARAMS) is made(FeatureParams())
        with pytest.raises(ValueError, match="read-only"):
            made(PARAMS)[0] = 0.0


def test_dct_is_orthonormal():
    matrix = dct_matrix(PARAMS)
    assert np.abs(matrix.T @ matrix - np.eye(PARAMS.n_mfcc)).max() < 1e-6
