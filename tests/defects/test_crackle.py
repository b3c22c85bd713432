from runout.defects.crackle import CrackleBegan, CrackleEnded, CrackleTracker


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
