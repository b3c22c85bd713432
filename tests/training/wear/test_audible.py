"""What the box hears of an impulse in a mix, against what is heard of it by its stems."""

import numpy as np
import pytest

from runout.defects.audibility import audible_db, audible_db_of, loudest_of
from runout_training.corpus.tracks import RATE
from runout_training.wear.impulse import click, extent, pop
from runout_training.wear.place import Programme, draw_walls, put
from sounds import noise, real_music

BEFORE, AFTER = 2600, 1700
PROGRAMMES = {"music": real_music(10.0).T.copy(), "noise": noise(6.0).T.copy()}


def told(music, draw, over_db, count=60):
    """Decibels from the mix and from the stems, (2, count)."""
    rng = np.random.default_rng(7)
    loudest, programme = loudest_of(music), Programme(music)
    rows = []
    for _ in range(count):
        wave = draw(rng)
        at = int(rng.integers(RATE // 10, music.shape[1] - RATE // 10))
        around = slice(at - BEFORE, at + AFTER)
        whole = music.copy()
        put(whole, programme, wave, at, draw_walls(rng), rng.uniform(*over_db), "click")
        first, last = extent(wave)
        impulse = (whole - music)[:, around]
        span = (BEFORE + first, last - first, loudest)
        rows.append(
            (audible_db(whole[:, around], *span), audible_db_of(impulse, music[:, around], *span))
        )
    return np.array(rows).T


@pytest.mark.parametrize("name", PROGRAMMES)
@pytest.mark.parametrize("draw", [click, pop])
def test_a_mix_tells_what_its_stems_do(name, draw):
    mixed, known = told(PROGRAMMES[name], draw, (10.0, 35.0))
    heard = known > 0.0
    assert heard.sum() >= 30
    off = (mixed - known)[heard]
    assert abs(off.mean()) < 2.0
    assert off.std() < 4.0


@pytest.mark.parametrize("draw", [click, pop])
def test_what_is_masked_stays_masked(draw):
    mixed, known = told(PROGRAMMES["noise"], draw, (-20.0, -5.0))
    assert (known < 0.0).all()
    assert np.mean(mixed < 1.0) > 0.95
