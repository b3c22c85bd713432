"""The tracks of 21 real LP sides, from their levels."""

import numpy as np
import pytest

from runout_training.evaluation.lp_sides import NEAR_S, hear_side, judge_edges, load_levels, table
from sounds import DATA


@pytest.fixture(scope="module")
def heard():
    return [(levels, hear_side(levels)) for levels in load_levels(DATA / "lp_levels.npz")]


def test_each_transfer_is_one_side_from_lead_in_to_run_out(heard):
    assert len(heard) == 21
    for levels, sides in heard:
        (parts,) = sides
        ends = [part.start_s for part in parts[1:]]
        assert ends == [part.end_s for part in parts[:-1]], levels.name
        tracks = [part.track for part in parts if part.name == "track"]
        assert tracks == list(range(1, len(tracks) + 1))


def test_edges_are_met_or_set_in_the_silence_or_no_silence_is_there(heard):
    edges = [edge for levels, (parts,) in heard for edge in judge_edges(levels, parts)]
    assert len(edges) == 146
    verdicts = [edge.verdict for edge in edges]
    assert verdicts.count("met") >= 74
    assert verdicts.count("not found") <= 21
    starts = [edge.off_s for edge in edges if not edge.end and edge.verdict == "met"]
    assert abs(np.median(starts)) < 0.6


def test_few_pauses_within_the_music_pass_for_gaps(heard):
    within = []
    for levels, (parts,) in heard:
        gaps = [part for part in parts if part.name == "gap"]
        set_s = levels.edges_s.ravel()
        for gap in gaps:
            near = (set_s >= gap.start_s - NEAR_S) & (set_s <= gap.end_s + NEAR_S)
            if not near.any() and gap.end_s < set_s.max():
                within.append((levels.name, gap.start_s))
    assert len(within) <= 3


def test_the_table_lists_what_was_not_met(heard):
    edges = [edge for levels, (parts,) in heard for edge in judge_edges(levels, parts)]
    rows = table(edges).splitlines()
    assert len(rows) == 2 + sum(edge.verdict != "met" for edge in edges)
    assert "| 30deab76-a | end of 1 | 250.8 | - |" in rows[2]
