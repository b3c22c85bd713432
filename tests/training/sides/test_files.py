import json

import numpy as np
import soundfile

from runout_training.corpus.tracks import RATE
from runout_training.sides.albums import Album
from runout_training.sides.files import write_side
from runout_training.sides.make import Numbered
from simulated_sides import simulated


def test_a_side_and_its_truth_are_read_back(tmp_path):
    side = simulated(1, (12.0,), clicks_per_min=20.0)
    write_side(Numbered(0, Album("album", ()), side), tmp_path / "x.flac")
    sound, rate = soundfile.read(tmp_path / "x.flac", dtype="float32")
    assert rate == RATE
    assert np.array_equal(sound.T, side.sound)
    truth = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert truth["file"] == "x.flac"
    assert truth["condition"]["clicks_per_min"] == 20.0
    assert [part["part"] for part in truth["parts"]][:3] == ["needle_drop", "lead_in", "track"]
    assert truth["grade"]["label"] is not None
    starts = [one.start / RATE for one in side.truth]
    for event in truth["events"]:
        assert min(abs(event["time_s"] - start) for start in starts) <= 1e-4
