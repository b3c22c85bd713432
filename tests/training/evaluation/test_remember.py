import numpy as np

from runout_training.evaluation.matching import Span
from runout_training.evaluation.remember import remembered, timed

SOUND = np.random.default_rng(0).standard_normal((2, 1000)).astype(np.float32)


def test_a_detector_works_on_a_sound_only_once(tmp_path):
    calls = []

    def detect(sound):
        calls.append(sound.shape)
        return [Span(3, 9), Span(40, 41)]

    first = remembered(detect, "peer-1.0", SOUND, tmp_path)
    again = remembered(detect, "peer-1.0", SOUND.copy(), tmp_path)
    assert first.spans == again.spans == [Span(3, 9), Span(40, 41)]
    assert first.cpu_s == again.cpu_s
    assert len(calls) == 1


def test_another_version_and_another_sound_are_asked_anew(tmp_path):
    answers = iter(([], [Span(1, 2)], [Span(5, 6)]))
    detect = lambda _sound: next(answers)  # noqa: E731
    assert remembered(detect, "peer-1.0", SOUND, tmp_path).spans == []
    assert remembered(detect, "peer-1.1", SOUND, tmp_path).spans == [Span(1, 2)]
    assert remembered(detect, "peer-1.0", -SOUND, tmp_path).spans == [Span(5, 6)]
    assert remembered(detect, "peer-1.0", SOUND, tmp_path).spans == []


def test_work_is_timed():
    def busy(sound):
        return [Span(0, int(np.linalg.svd(np.tile(sound[:, :200], (100, 1))).S.size > 0))]

    assert timed(busy, SOUND).cpu_s > 0.0
