import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runout.model.card import load_model
from runout.model.scorer import Scorer
from runout.opinion.pooled import ROW_QUANTILE, SCORE_QUANTILE, Pooled
from sounds import real_music, with_clicks

MODEL = load_model()


def pool(rows, scores, sizes, clip=8.0):
    pooled = Pooled(rows.shape[1], scores.shape[1], clip)
    for start, end in zip(np.cumsum([0, *sizes[:-1]]), np.cumsum(sizes), strict=True):
        pooled.feed(rows[start:end], scores[start:end])
    return pooled.figures()


def test_figures_are_numpys_own():
    rng = np.random.default_rng(1)
    rows = np.clip(rng.normal([0.0, 2.0, -3.0], [1.0, 0.5, 2.0], (6000, 3)), -8, 8)
    scores = rng.beta(0.5, 5.0, (6000, 2))
    figures = pool(rows.astype(np.float32), scores.astype(np.float32), [1000] * 6)
    assert figures.cells == 6000
    for told, values, quantile, bin_width in (
        (figures.rows, rows, ROW_QUANTILE, 0.1),
        (figures.scores, scores, SCORE_QUANTILE, 1 / 160),
    ):
        assert told[0] == pytest.approx(values.mean(axis=0), abs=1e-6)
        assert told[1] == pytest.approx(values.std(axis=0), abs=1e-6)
        assert told[2] == pytest.approx(np.quantile(values, quantile, axis=0), abs=bin_width)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_rows_at_the_clip_are_at_the_edge(sizes):
    count = sum(sizes)
    figures = pool(np.full((count, 2), 8.0), np.ones((count, 1)), sizes)
    assert figures.rows[:, 0] == pytest.approx([8.0, 0.0, 8.0], abs=0.1)
    assert figures.scores[:, 0] == pytest.approx([1.0, 0.0, 1.0], abs=0.01)


def test_nothing_fed_tells_nothing():
    assert Pooled(3, 2, 8.0).figures() is None


def test_memory_does_not_grow_with_the_side():
    pooled = Pooled(161, 5, 8.0)
    rows, scores = np.zeros((32, 161), np.float32), np.zeros((32, 5), np.float32)
    held = []
    for _ in range(2):
        for _ in range(200):
            pooled.feed(rows, scores)
        held.append(sum(part.nbytes for part in vars(pooled._rows).values() if np.ndim(part)))
    assert held[0] == held[1] < 300_000


def test_blocks_of_any_size_give_the_same_figures_bit_for_bit():
    sound = with_clicks(real_music(2.0), [0.5, 1.0, 1.5])

    def figures(block):
        scorer = Scorer(MODEL, 44_100)
        card = MODEL.card
        pooled = Pooled(card.features.n_features, len(card.classes), card.normalization.clip)
        pieces = []
        for start in range(0, len(sound), block):
            pieces += scorer.feed(sound[start : start + block])
        for piece in [*pieces, *scorer.finish()]:
            pooled.feed(piece.rows, piece.scores)
        return pooled.figures()

    whole = figures(len(sound))
    assert whole.cells == -(-len(sound) // MODEL.card.features.hop)
    for block in (1000, 12_345):
        split = figures(block)
        assert np.array_equal(whole.rows, split.rows)
        assert np.array_equal(whole.scores, split.scores)


def test_rows_are_those_of_the_scored_cells():
    """A click stands in the impulse features of the very cell that scores."""
    scorer = Scorer(MODEL, 44_100)
    sound = with_clicks(real_music(2.0), [1.0], over=20)
    pieces = [*scorer.feed(sound), *scorer.finish()]
    rows = np.concatenate([piece.rows for piece in pieces])
    scores = np.concatenate([piece.scores for piece in pieces])
    assert len(rows) == len(scores)
    impulses = rows[:, 2 * MODEL.card.features.n_mfcc :].max(axis=1)
    assert abs(int(impulses.argmax()) - int(scores[:, 0].argmax())) <= 1
