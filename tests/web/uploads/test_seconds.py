import pytest

from runout.errors import RunoutError
from runout.model.card import load_model
from runout.web.uploads.seconds import by_second
from sounds import real_music, with_clicks
from web.uploads.handing import written

CLASSES = ("click", "pop")


def heard(path):
    model = load_model()
    least = [model.card.thresholds["normal"][name] for name in CLASSES]
    scores = by_second(path, model, CLASSES, 60.0)
    return [second for second, there in enumerate((scores >= least).any(axis=1)) if there]


def test_each_second_with_a_click_and_no_other(tmp_path):
    sound = with_clicks(real_music(8.0), [1.5, 5.4], over=12.0)
    assert heard(written(tmp_path / "a.wav", sound)) == [1, 5]


def test_the_end_of_a_file_counts_and_so_does_a_short_one(tmp_path):
    sound = with_clicks(real_music(3.4), [3.2], over=12.0)
    assert heard(written(tmp_path / "a.wav", sound)) == [3]
    short = with_clicks(real_music(0.4), [0.2], over=12.0)
    assert heard(written(tmp_path / "b.wav", short)) == [0]


def test_too_long(tmp_path):
    path = written(tmp_path / "a.wav", real_music(2.0))
    with pytest.raises(RunoutError, match="longer than"):
        by_second(path, load_model(), CLASSES, 1.0)
