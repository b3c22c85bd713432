"""Whole sides: what is told live and in the end, without the model."""

import numpy as np
import pytest

from side.sides import faded, groove, hiss, music, play, run_out, silence, thump


def within(part, start_s, end_s, tolerance_s=0.3):
    return part.start_s == pytest.approx(start_s, abs=tolerance_s) and part.end_s == pytest.approx(
        end_s, abs=tolerance_s
    )


def lp(gap_s=2.0, lead_s=5.0):
    """4 s needle up, lead-in, two tracks of 12 s, 25 s of run-out, lifted."""
    lead_in = (thump(), groove(lead_s - 0.3))
    tracks = (music(12), groove(gap_s), music(12))
    return silence(4), *lead_in, *tracks, run_out(25), thump(), silence(6)


SIDE = ["needle_drop", "lead_in", 1, "gap", 2, "run_out"]


@pytest.mark.parametrize("gap_s", [1.0, 2.0, 4.0])
@pytest.mark.parametrize("lead_s", [3.0, 10.0])
def test_a_side_is_told_from_lead_in_to_run_out(gap_s, lead_s):
    said = play(*lp(gap_s, lead_s))
    assert said.names == [SIDE]
    _, lead_in, one, gap, two, out = said.sides[0]
    start_s = 4.0 + lead_s
    assert lead_in.end_s == one.start_s
    assert within(one, start_s, start_s + 12)
    assert within(gap, start_s + 12, start_s + 12 + gap_s)
    assert within(two, start_s + 12 + gap_s, start_s + 24 + gap_s)
    assert out.end_s == pytest.approx(start_s + 49.3 + gap_s, abs=0.3)
    live = [(part, track) for part, track, _ in said.live]
    assert live == [
        ("needle_drop", None),
        ("lead_in", None),
        ("track", 1),
        ("gap", None),
        ("track", 2),
        ("gap", None),
        ("run_out", None),
        ("lifted", None),
    ]
    told_s = {(part, track): time_s for part, track, time_s in said.live}
    assert told_s["track", 1] - start_s < 1.0
    assert told_s["track", 2] - (start_s + 12 + gap_s) < 1.0


@pytest.mark.parametrize(
    ("floor_db", "hum_db"), [(-95, None), (-84, None), (-75, None), (-80, -60), (-80, -50)]
)
def test_every_preamp_has_its_own_floor(floor_db, hum_db):
    said = play(*lp(), floor_db=floor_db, hum_db=hum_db)
    assert said.names == [SIDE]
    assert [change.phase for change in said.changes] == ["needle_down", "playing", "idle"]
    assert said.changes[0].time_s == pytest.approx(4.0, abs=0.3)


def test_a_loud_preamp_under_a_loud_record():
    loud = [np.float32(10.0) * sound for sound in lp()]
    assert play(*loud, floor_db=-60).names == [SIDE]


def test_a_preamp_that_hisses_as_loudly_as_the_groove_ends_the_side_all_the_same():
    said = play(*lp(), floor_db=-62)
    assert [change.phase for change in said.changes] == ["needle_down", "playing", "idle"]
    assert [track for track in said.names[0] if isinstance(track, int)][-1] == 2


def test_a_quiet_passage_and_a_pause_are_no_gaps():
    soft = music(20, -46, notes_s=2.0)
    said = play(
        silence(4), thump(), groove(5), music(10), soft, music(6), groove(0.5), music(6),
        groove(2.5), music(12, -30), run_out(20), silence(5),
    )  # fmt: skip
    assert said.names == [SIDE]
    assert within(said.sides[0][2], 9.3, 51.8)


def test_the_needle_set_down_amid_a_track():
    said = play(silence(4), thump(), music(12), groove(2), music(12), run_out(18), silence(6))
    assert said.names == [["needle_drop", 1, "gap", 2, "run_out"]]
    assert said.live[2][:2] == ("track", 1)
    assert said.live[2][2] < 6.0


def test_the_needle_lifted_and_set_down_elsewhere():
    said = play(
        silence(4), thump(), groove(5), music(12), thump(0.1, -8), silence(2.5), thump(), music(12),
        groove(2), music(12), silence(6),
    )  # fmt: skip
    assert said.names == [["needle_drop", "lead_in", 1, "lifted", 2, "gap", 3]]
    lifted = said.sides[0][3]
    assert within(lifted, 21.6, 24.1)
    assert ("lifted", None) in [now[:2] for now in said.live]


def test_a_player_that_is_paused_goes_on_with_the_same_track():
    said = play(
        silence(4), thump(), groove(5), faded(music(12), 1.2), silence(15), music(12), groove(2),
        music(12), silence(6),
    )  # fmt: skip
    assert said.names == [["needle_drop", "lead_in", 1, "stopped", 1, "gap", 2]]
    live = [now[:2] for now in said.live]
    assert live.index(("stopped", None)) < live.index(("track", 1), live.index(("stopped", None)))
    assert ("track", 2) in live
    assert ("track", 3) not in live


def test_a_record_taken_off_is_no_music():
    said = play(
        silence(4), thump(), groove(5), music(12), thump(), silence(8), hiss(0.2, -30), silence(3),
        thump(), silence(6),
    )  # fmt: skip
    phases = [change.phase for change in said.changes]
    assert phases[:3] == ["needle_down", "playing", "idle"]
    assert "playing" not in phases[3:]


def test_two_sides_in_a_row_begin_anew():
    said = play(*lp(), *lp())
    assert said.names == [SIDE, SIDE]


def test_a_file_that_is_all_music_is_one_track():
    said = play(music(30), lift_s=float("inf"))
    assert said.names == [[1]]
    assert said.live[-1][:2] == ("track", 1)
