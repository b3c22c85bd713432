"""What a box does when it is told to: the line as it is, and a publisher that no broker hears."""

import json
from itertools import count

import numpy as np
import pytest

from runout.config import MqttSettings
from runout.grading.table import load_table
from runout.keenness import Keenness
from runout.line import Line
from runout.model.card import load_model
from runout.obey import obey
from runout.report.mqtt.commands import Calibrate, Identify, Label, NewSide, Request, SetSensitivity
from runout.report.mqtt.publisher import Publisher
from runout.side.side import DefectHeard, SideEnded, SideStarted
from sounds import noise, real_music, with_clicks

RATE = 44_100
MODEL = load_model()


class Box:
    """A line and its publisher."""

    def __init__(self, sensitivity="normal", path=None, outbox=":memory:"):
        self._numbers = count(1)
        self.keenness = Keenness(sensitivity, path)
        self.publisher = Publisher(MqttSettings("nowhere", device_id="box", outbox=outbox))
        self.said = []
        self.plug_in()

    def plug_in(self):
        """Another source, from its beginning."""
        self.line = Line(
            MODEL,
            load_table(),
            RATE,
            lambda: f"s{next(self._numbers)}",
            4.0,
            sensitivity=self.keenness.sensitivity,
        )

    def die(self):
        """Without a last word; but this process goes on, and another box wants the outbox."""
        # The link's thread, which isn't started here, has had its turn before.
        self.publisher.voice.step(None)
        self.publisher._outbox.close()

    def unplug(self):
        self.publisher.sound_ends()
        self.end()

    def hear(self, sound):
        for start in range(0, len(sound), 4410):
            self._say(self.line.feed(sound[start : start + 4410].astype(np.float32)))

    def end(self):
        self._say(self.line.finish())

    def tell(self, command):
        """Obey, and return the answer."""
        self.publisher.voice._words.clear()
        self._say(obey(Request("r", "told", command), self.line, self.publisher, self.keenness))
        words = self.publisher.voice._words
        (word,) = [word for word in words if word.topic == "runout/box/cmd/result"]
        assert not word.retain
        return json.loads(word.payload)

    def sides(self):
        """What was posted about sides."""
        letters = self.publisher.voice._letters
        return [json.loads(letter[1]) for letter in letters if letter[0].endswith("/side")]

    def _say(self, said):
        for heard in said:
            self.said.append(heard)
            self.publisher.heard(heard)


@pytest.fixture
def box():
    return Box()


def silence(seconds):
    return noise(seconds, level=10 ** (-84 / 20))


def test_a_new_side_ends_the_one_that_plays_and_begins_another(box):
    music = with_clicks(real_music(12.0), [2.0, 9.0], over=16)
    box.hear(music[: 6 * RATE])
    assert box.tell(NewSide())["ok"]
    box.hear(music[6 * RATE :])
    box.end()
    sides = [one for one in box.said if isinstance(one, SideEnded)]
    started = [one for one in box.said if isinstance(one, SideStarted)]
    assert [side.side_id for side in sides] == ["s1", "s2"]
    assert [side.counts for side in sides] == [{"click": 1}, {"click": 1}]
    assert started[1].time_s == pytest.approx(6.0, abs=0.5)
    assert sides[0].time_s + sides[0].duration_s == started[1].time_s
    assert sides[1].time_s + sides[1].duration_s == pytest.approx(10.0, abs=0.01)


def test_what_begins_by_a_new_side_has_no_needle_come_down(box):
    silent = silence(2.0)
    box.hear(np.concatenate((silent, real_music(12.0))))
    assert triggers(box) == ["needle_down"]
    box.tell(NewSide())
    parts = set()
    for _ in range(60):
        box.hear(real_music(12.0)[:4410])
        parts.add(box.line.state.part)
    box.end()
    assert "needle_drop" not in parts
    assert triggers(box) == []
    first, second = [one for one in box.said if isinstance(one, SideEnded)]
    assert first.parts[0].name == "needle_drop"
    assert "needle_drop" not in {part.name for part in second.parts}


def triggers(box):
    """What automations were told since they were asked for last."""
    words = [word for word in box.publisher.voice._words if word.topic.endswith("/trigger")]
    box.publisher.voice._words.clear()
    return [word.payload for word in words]


def test_where_none_plays_there_is_no_new_side(box):
    box.hear(silence(1.0))
    answer = box.tell(NewSide())
    assert (answer["ok"], answer["error"]) == (False, "no side plays")
    assert box.said == []


def test_the_preamp_is_measured_with_the_needle_up(box):
    time = np.arange(10 * RATE) / RATE
    hum = 10 ** (-60 / 20) * np.sqrt(2) * np.sin(2 * np.pi * 50 * time)
    box.hear(silence(2.0))
    assert "long enough" in box.tell(Calibrate())["error"]
    box.hear(silence(10.0) + hum[:, None])
    measured = box.tell(Calibrate())["measured"]
    assert measured["hum_needle_up_dbfs"] == pytest.approx(-60.0, abs=0.5)
    # White noise at -84 dBFS reads 5 to 8 dB more when weighted; and so much of the hum remains.
    assert -79.0 < measured["noise_468_needle_up_dbfs"] < -70.0


def test_with_the_needle_down_it_is_not(box):
    box.hear(real_music(3.0))
    answer = box.tell(Calibrate())
    assert not answer["ok"]
    assert "needle is down" in answer["error"]


def preamp(seconds, level_db, seed=0):
    return noise(seconds, level=10 ** (level_db / 20), seed=seed)


@pytest.mark.parametrize("louder_db", [6, 9, 20])
def test_a_preamp_that_was_turned_up_is_known_at_once_by_a_calibration(box, louder_db):
    """Else its noise passes for a groove's, and the side that is played next doesn't end."""
    box.hear(preamp(6.0, -84))
    box.hear(preamp(5.0, -84 + louder_db, seed=1))
    box.tell(Calibrate())
    assert box.line.state.phase == "idle"
    box.hear(preamp(6.0, -84 + louder_db, seed=2))
    assert box.tell(Calibrate())["ok"]
    box.hear(real_music(6.0))
    box.hear(preamp(6.0, -84 + louder_db, seed=3))
    assert box.line.state.phase == "idle"
    played = [one for one in box.said if isinstance(one, SideEnded) and one.heard_s]
    assert [side.duration_s for side in played] == [pytest.approx(6.0, abs=0.2)]


def test_a_calibration_ends_a_side_whose_needle_was_lifted_under_a_louder_floor(box):
    box.hear(preamp(6.0, -84))
    box.hear(real_music(6.0))
    box.hear(preamp(6.0, -70, seed=1))
    assert box.line.state.phase == "playing"
    answer = box.tell(Calibrate())
    assert (answer["ok"], box.line.state.phase) == (False, "idle")
    assert "try again in a few seconds" in answer["error"]
    assert [one.heard_s > 0 for one in box.said if isinstance(one, SideEnded)] == [True]
    box.hear(preamp(6.0, -70, seed=2))
    measured = box.tell(Calibrate())["measured"]
    assert measured["noise_468_needle_up_dbfs"] == pytest.approx(-63.0, abs=2.0)


def test_a_calibration_after_digital_silence_leaves_a_box_that_hears(box):
    box.hear(preamp(4.0, -84))
    box.hear(real_music(6.0))
    box.hear(np.zeros((6 * RATE, 2)))
    box.tell(Calibrate())
    box.hear(real_music(6.0))
    assert box.line.state.phase == "playing"


def test_a_calibration_soon_after_a_lift_ends_the_side_at_the_lift(box):
    thump = preamp(0.3, -84, seed=5)
    thump[2000:2012] += 0.7 * ((-1.0) ** np.arange(12))[:, None]
    box.hear(preamp(4.0, -84))
    box.hear(real_music(8.0))
    box.hear(np.concatenate((thump, preamp(2.0, -84, seed=1))))
    assert box.line.state.counts
    box.tell(Calibrate())
    (side,) = [one for one in box.said if isinstance(one, SideEnded)]
    assert side.duration_s == pytest.approx(8.0, abs=0.2)
    assert (side.counts, side.events) == ({}, ())
    # Since then the preamp alone was heard.
    box.hear(preamp(4.0, -84, seed=2))
    assert box.tell(Calibrate())["ok"]


def test_a_side_begun_by_hand_after_the_lift_ends_no_sooner_than_it_began(box):
    box.hear(preamp(4.0, -84))
    box.hear(real_music(6.0))
    box.hear(preamp(2.0, -84, seed=1))
    box.tell(NewSide())
    box.hear(preamp(4.0, -84, seed=2))
    assert box.line.state.phase == "idle"
    assert [one.duration_s >= 0.0 for one in box.said if isinstance(one, SideEnded)] == [True] * 2


def test_a_groove_that_is_not_steady_is_no_preamp_whoever_says_so(box):
    box.hear(preamp(6.0, -84))
    ticking = with_clicks(preamp(6.0, -50, seed=1), np.arange(0.3, 5.8, 0.2), over=30)
    swell = np.repeat(np.linspace(1.0, 2.0, 60), RATE // 10)[:, None]
    box.hear(ticking * swell)
    assert "needle is down" in box.tell(Calibrate())["error"]
    assert box.line.state.phase != "idle"


def test_sensitivity_told_is_as_sensitivity_set():
    music = with_clicks(real_music(8.0), np.arange(1.0, 7.0, 0.31), over=2)
    counted = {}
    for sensitivity in ("low", "high"):
        told, made = Box(), Box(sensitivity)
        assert told.tell(SetSensitivity(sensitivity))["ok"]
        for box in (told, made):
            box.hear(music)
            box.end()
        assert told.said == made.said
        counted[sensitivity] = sum(isinstance(one, DefectHeard) for one in told.said)
    assert counted["low"] < counted["high"]


def test_sensitivity_told_outlives_the_box(tmp_path):
    path = tmp_path / "sensitivity.json"
    assert Box(path=path).tell(SetSensitivity("high"))["ok"]
    assert Keenness("normal", path).sensitivity == "high"


def test_a_label_goes_out_with_its_side_and_is_told_again_where_it_comes_late(box):
    assert box.tell(Label(artist="Can"))["error"] == "no side has been played yet"
    box.hear(real_music(6.0))
    assert box.tell(Label(artist="Can", title="Future Days"))["ok"]
    assert box.tell(Label(side="A"))["ok"]
    box.end()
    assert box.tell(Label(catalogue="UAS 29505", title=""))["ok"]
    before, after = [side["label"] for side in box.sides()]
    assert before == {
        "artist": "Can",
        "title": "Future Days",
        "side": "A",
        "catalogue": None,
        "note": None,
    }
    assert after == before | {"catalogue": "UAS 29505", "title": None}
    assert len({side["side_id"] for side in box.sides()}) == 1


def test_the_next_side_is_not_labelled_as_the_last(box):
    box.hear(real_music(6.0))
    box.tell(Label(artist="Can"))
    box.tell(NewSide())
    box.hear(real_music(6.0))
    box.end()
    assert [side["label"]["artist"] for side in box.sides()] == ["Can", None]


def test_a_label_outlives_the_box(tmp_path):
    """Killed amid a side that was labelled, then stopped amid it, then plugged in again."""
    outbox = str(tmp_path / "outbox.db")
    killed = Box(outbox=outbox)
    killed.hear(real_music(6.0))
    assert killed.tell(Label(artist="Can"))["ok"]
    killed.die()
    stopped = Box(outbox=outbox)
    stopped.hear(real_music(6.0))
    stopped.unplug()
    stopped.plug_in()
    stopped.hear(real_music(6.0))
    assert stopped.tell(Label(side="A"))["ok"]
    stopped.hear(silence(6.0))
    stopped.hear(real_music(6.0))
    stopped.hear(silence(6.0))
    labels = [(side["label"]["artist"], side["label"]["side"]) for side in stopped.sides()]
    assert labels == [("Can", None), ("Can", "A"), (None, None)]
    last_id = stopped.sides()[-1]["side_id"]
    stopped.die()
    later = Box(outbox=outbox)
    assert later.tell(Label(title="Unfinished"))["ok"]
    (side,) = later.sides()
    assert side["side_id"] == last_id
    assert side["label"]["title"] == "Unfinished"


def test_it_identifies_itself_by_an_event_that_is_none(box):
    assert box.tell(Identify())["ok"]
    assert box.tell(Identify())["ok"]
    events = [json.loads(letter[1]) for letter in box.publisher.voice._letters]
    assert {event["event_type"] for event in events} == {"identify"}
    assert len({event["id"] for event in events}) == 2
    for _ in range(20):
        answer = box.tell(Identify())
    assert answer["error"] == "too many events as it is"
