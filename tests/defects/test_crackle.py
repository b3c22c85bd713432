import numpy as np
import pytest

from runout.defects.crackle import CrackleBegan, CrackleEnded, CrackleTracker, ticks_per_s

CELL_S = 256 / 44_100
STEP = 32


def run(times):
    """Everything that the tracker says of impulses at `times`, with a tick every 50 ms between."""
    tracker = CrackleTracker()
    said = []
    clock = 0.0
    for time in times:
        while clock < time:
            said.append(tracker.passed(clock))
            clock += 0.05
        said.append(tracker.passed(time))
        said.append(tracker.impulse(time))
    for _ in range(60):
        said.append(tracker.passed(clock))
        clock += 0.05
    said.append(tracker.finish())
    return [one for one in said if one is not None]


def test_sparse_clicks_are_no_crackle():
    assert run([n * 0.1 for n in range(100)]) == []


def test_dense_ticks_are_one_episode_with_its_rate():
    times = [1.0 + n / 50 for n in range(500)]
    began, ended = run(times)
    assert began == CrackleBegan(1.0, 20)
    assert isinstance(ended, CrackleEnded)
    assert (ended.start_s, ended.end_s, ended.ticks) == (1.0, times[-1], 500)
    assert abs(ended.rate_per_s - 50.1) < 0.2


def test_a_density_that_wavers_does_not_flicker():
    dense = [n / 40 for n in range(40)]
    wavering = [1.0 + n / 14 for n in range(28)]
    again = [3.0 + n / 40 for n in range(40)]
    said = run(dense + wavering + again)
    assert [type(one) for one in said] == [CrackleBegan, CrackleEnded]
    assert said[1].ticks == 108


def test_two_episodes_with_a_pause_between_are_two():
    said = run([n / 40 for n in range(80)] + [6.0 + n / 40 for n in range(80)])
    assert [type(one) for one in said] == [CrackleBegan, CrackleEnded] * 2


def test_an_episode_that_is_on_when_the_side_ends_is_ended():
    tracker = CrackleTracker()
    for n in range(30):
        tracker.passed(n / 30)
        tracker.impulse(n / 30)
    ended = tracker.finish()
    assert ended is not None
    assert ended.ticks == 30
    assert tracker.finish() is None


@pytest.mark.parametrize("rate_per_s", [20, 60, 200, 400])
def test_ticks_that_share_a_cell_are_told_by_the_cells_that_stay_empty(rate_per_s):
    rng = np.random.default_rng(rate_per_s)
    estimates = []
    for _ in range(200):
        cells = (rng.uniform(0.0, 43.0, rng.poisson(rate_per_s * 43 * CELL_S))).astype(int)
        scores = np.zeros(43, np.float32)
        scores[cells] = 1.0
        estimates.append(ticks_per_s(scores, CELL_S))
    assert np.mean(estimates) == pytest.approx(rate_per_s, rel=0.05)


def test_no_score_is_no_tick_and_no_empty_cell_is_no_endless_rate():
    assert ticks_per_s(np.zeros(STEP, np.float32), CELL_S) == 0.0
    assert 400.0 < ticks_per_s(np.ones(STEP, np.float32), CELL_S) < 1000.0


def scored(true_per_s, found_share, seconds=20.0, quiet_s=5.0):
    """What is said of crackle between two quiet stretches, of which a share of the ticks is found.

    The cells of the others have scores of 0.1 to 0.8, as many of which hold a tick as they say.
    """
    rng = np.random.default_rng(7)
    times = np.sort(rng.uniform(quiet_s, quiet_s + seconds, round(true_per_s * seconds)))
    found = rng.random(len(times)) < found_share
    scores = np.zeros(round((seconds + 2 * quiet_s) / CELL_S), np.float32)
    hidden = rng.uniform(0.1, 0.8, len(times)).astype(np.float32)
    for time, score in zip(times[~found], hidden[~found], strict=True):
        scores[int(time / CELL_S)] = score
        # ... and the doubtful cells without one.
        empty = int(rng.uniform(quiet_s, quiet_s + seconds) / CELL_S)
        scores[empty] = max(scores[empty], 1.0 - score)
    scores[(times[found] / CELL_S).astype(int)] = 1.0
    tracker, said, told = CrackleTracker(), [], list(times[found])
    for start in range(0, len(scores), STEP):
        end_s = (start + STEP) * CELL_S
        while told and told[0] < end_s:
            said += [tracker.passed(told[0]), tracker.impulse(told.pop(0))]
        said.append(tracker.passed(end_s))
        tracker.scores(scores[start : start + STEP], start * CELL_S, CELL_S)
    return [one for one in [*said, tracker.finish()] if one is not None], int(found.sum())


@pytest.mark.parametrize(("true_per_s", "found_share"), [(25, 0.6), (60, 0.6), (120, 0.5)])
def test_the_rate_counts_those_that_were_not_found_and_the_ticks_do_not(true_per_s, found_share):
    (began, ended), found = scored(true_per_s, found_share)
    assert began.start_s == pytest.approx(5.0, abs=1.0)
    assert ended.ticks <= found
    assert ended.ticks == pytest.approx(found, rel=0.05)
    assert ended.rate_per_s == pytest.approx(true_per_s, rel=0.15)
    assert ended.rate_per_s > 1.3 * ended.ticks / (ended.end_s - ended.start_s)


def test_scores_alone_make_no_crackle():
    assert scored(60, 0.05)[0] == []
