import numpy as np
import pytest

from runout.model.card import load_model
from runout.model.scorer import Scorer
from sounds import real_music, with_clicks

MODEL = load_model()
HOP = MODEL.card.features.hop


def scored(sound, block=4410, rate=44_100):
    scorer = Scorer(MODEL, rate)
    pieces = []
    for start in range(0, len(sound), block):
        pieces += scorer.feed(sound[start : start + block])
    pieces += scorer.finish()
    return pieces


@pytest.mark.parametrize("frames", [1, 100, 5_000, 44_100, 60_001])
def test_every_cell_is_scored_once_and_comes_with_its_sound(frames):
    sound = real_music(2.0)[:frames]
    pieces = scored(sound)
    assert [piece.start for piece in pieces] == list(
        np.cumsum([0] + [len(piece.scores) for piece in pieces[:-1]])
    )
    scores = np.concatenate([piece.scores for piece in pieces])
    audio = np.concatenate([piece.audio for piece in pieces], axis=1)
    ratio = np.concatenate([piece.ratio for piece in pieces], axis=1)
    assert len(scores) == -(-frames // HOP)
    assert audio.shape == (2, len(scores) * HOP)
    assert ratio.shape == (3, len(scores) * HOP)
    assert np.array_equal(audio[:, :frames], sound.T)
    assert ((scores >= 0) & (scores <= 1)).all()


def test_blocks_of_any_size_give_the_same_scores():
    sound = with_clicks(real_music(2.0), [0.5, 1.0, 1.99])
    whole = np.concatenate([piece.scores for piece in scored(sound, block=len(sound))])
    for block in (100, 4410, 12_345):
        split = np.concatenate([piece.scores for piece in scored(sound, block=block)])
        assert np.array_equal(whole, split)


def test_a_click_scores_in_its_own_cell_the_first_and_last_included():
    places = [0.002, 0.5, 1.0, 1.985]
    pieces = scored(with_clicks(real_music(2.0), places, over=20))
    scores = np.concatenate([piece.scores for piece in pieces])[:, 0]
    assert list(np.flatnonzero(scores > 0.5)) == [int(place * 44_100) // HOP for place in places]
