import json
import logging
import threading
from pathlib import Path

import pytest

from report.brokers import wait_until
from report.examples import SIDE
from runout.config import MqttSettings
from runout.report.mqtt import labels as labels_module
from runout.report.mqtt.commands import Label
from runout.report.mqtt.labels import SAME_RECORD_S, SAME_RECORD_WITHIN_S, Labels
from runout.report.mqtt.publisher import Publisher

CAN = Label(artist="Can", title="Future Days")
NONE = {"artist": None, "title": None, "side": None, "catalogue": None, "note": None}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "last-side.json"


class Clock:
    """A clock on the wall."""

    now = 1.8e9

    def __call__(self) -> float:
        return self.now


def write(labels: Labels) -> None:
    labels.keep()
    labels.write()


def play(labels: Labels, name: str, at_s: float = 100.0, label: Label | None = None) -> None:
    labels.begins(at_s)
    if label is not None:
        assert labels.give(label)
    labels.ends({"side_id": name})
    write(labels)


def told(labels: Labels) -> tuple[object, object]:
    assert labels.side is not None
    label = labels.side["label"]
    assert isinstance(label, dict)
    return labels.side["side_id"], label["artist"]


def test_a_side_has_the_label_that_was_given_while_it_played_and_the_next_has_none() -> None:
    labels = Labels(None)
    assert not labels.give(CAN)
    play(labels, "a", label=CAN)
    assert told(labels) == ("a", "Can")
    assert labels.label == CAN
    labels.begins(200.0)
    assert labels.label == Label()
    labels.ends({"side_id": "b"})
    assert labels.side == {"side_id": "b", "label": NONE}


def test_the_last_side_and_its_label_outlive_the_process(path: Path) -> None:
    play(Labels(path), "a", label=CAN)
    after = Labels(path)
    assert (told(after), after.label) == (("a", "Can"), CAN)
    assert after.give(Label(artist="CAN", title=""))
    write(after)
    again = Labels(path)
    assert (told(again), again.label) == (("a", "CAN"), Label(artist="CAN"))
    # The record that is put on now is another.
    again.begins(1.0)
    assert again.label == Label()


def test_a_side_that_a_kill_cut_off_keeps_its_label_and_the_last_one_its_own(path: Path) -> None:
    killed = Labels(path)
    play(killed, "a", label=Label(artist="Neu!"))
    killed.begins(100.0)
    killed.give(CAN)
    write(killed)
    after = Labels(path)
    assert (told(after), after.label.artist) == (("a", "Neu!"), "Neu!")
    after.begins(0.0)
    assert after.label == CAN
    after.ends({"side_id": "b"})
    assert told(after) == ("b", "Can")
    after.begins(1.0)
    assert after.label == Label()


def test_one_that_the_end_of_the_sound_cut_off_does_too_once_sound_comes_back(path: Path) -> None:
    labels = Labels(path)
    labels.begins(100.0)
    labels.give(CAN)
    labels.sound_ends()
    labels.ends({"side_id": "a"})
    assert labels.give(Label(side="B"))  # while the preamp is unplugged
    write(labels)
    for after in (labels, Labels(path)):
        assert told(after) == ("a", "Can")
        after.begins(SAME_RECORD_S)
        assert after.label == Label(artist="Can", title="Future Days", side="B")


def test_one_that_begins_later_is_another_record_whatever_comes_after(path: Path) -> None:
    killed = Labels(path)
    killed.begins(100.0)
    killed.give(CAN)
    write(killed)
    after = Labels(path)
    after.begins(SAME_RECORD_S + 0.1)
    assert after.label == Label()
    write(after)
    again = Labels(path)  # killed once more, amid the other
    again.begins(0.0)
    assert again.label == Label()


def test_after_a_bump_the_cut_off_side_still_goes_on(path: Path) -> None:
    killed = Labels(path)
    killed.begins(100.0)
    killed.give(CAN)
    write(killed)
    after = Labels(path)
    after.begins(0.2)
    after.none()
    assert after.label == Label()
    after.begins(3.0)
    assert after.label == CAN


def test_a_label_that_a_bump_was_given_is_no_side_s(path: Path) -> None:
    killed = Labels(path)
    killed.begins(100.0)
    killed.give(CAN)
    write(killed)
    after = Labels(path)
    after.begins(0.2)
    after.give(Label(artist="Neu!"))
    after.none()
    write(after)
    for one in (after, Labels(path)):
        one.begins(3.0)
        assert one.label == CAN
    labels = Labels(None)
    labels.begins(0.2)
    labels.give(CAN)
    labels.none()
    labels.begins(3.0)
    assert labels.label == Label()


@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize(("away_s", "same"), [(-3600.0, True), (1700.0, True), (86_400.0, False)])
def test_half_an_hour_later_it_is_another_record(
    path: Path, away_s: float, same: bool, stopped: bool
) -> None:
    """The strip is switched off in the run-out, and the next day another record lies there.

    A small computer has no clock of its own: it may be behind until it has asked for the time.
    """
    clock = Clock()
    labels = Labels(path, clock)
    labels.begins(100.0)
    labels.give(CAN)
    write(labels)
    clock.now += 60.0
    if stopped:
        labels.sound_ends()
        labels.ends({"side_id": "a"})
        write(labels)
        clock.now += SAME_RECORD_WITHIN_S - 1700.0
    clock.now += away_s
    for after in (Labels(path, clock), labels) if stopped else (Labels(path, clock),):
        after.begins(8.0)
        assert after.label == (CAN if same else Label())


def test_one_of_an_earlier_version_has_no_age_and_is_nobody_s(path: Path) -> None:
    path.write_text('{"side": null, "label": {"artist": "Can"}}')
    labels = Labels(path)
    labels.begins(0.0)
    assert labels.label == Label()


def test_only_what_has_changed_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(labels_module, "write_whole", lambda _, text: written.append(text))
    labels = Labels(path)
    labels.begins(100.0)
    assert not labels.keep()
    for _ in range(20):
        assert labels.give(CAN)
        write(labels)
    assert len(written) == 1
    labels.ends({"side_id": "a"})
    side = labels.side
    write(labels)
    assert labels.give(Label(artist="Can"))
    assert labels.side is side
    write(labels)
    assert len(written) == 2
    # Of many while the disk is busy, the last.
    for number in range(10):
        labels.give(Label(side=str(number)))
        labels.keep()
    labels.write()
    labels.write()
    assert len(written) == 3
    assert json.loads(written[-1])["side"]["label"]["side"] == "9"


def test_who_listens_never_waits_for_the_disk(tmp_path: Path) -> None:
    """The link's thread writes, once what was posted before is in the outbox."""
    settings = MqttSettings("", device_id="box", outbox=str(tmp_path / "outbox.db"))
    publisher = Publisher(settings)
    threads: list[tuple[str, int]] = []
    file = publisher._labels.write

    def writing() -> None:
        threads.append((threading.current_thread().name, len(publisher._outbox)))
        file()

    publisher._labels.write = writing  # type: ignore[method-assign]
    publisher.start()
    publisher.heard(SIDE)
    wait_until(lambda: (tmp_path / "last-side.json").exists())
    publisher.label(CAN)
    publisher.label(CAN)
    wait_until(lambda: len(threads) == 2)
    publisher.stop()
    # The label has the side told again, the same label doesn't.
    assert threads == [("mqtt", 1), ("mqtt", 2)]
    assert told(Labels(tmp_path / "last-side.json")) == (SIDE.side_id, "Can")


def test_a_stop_without_a_side_cuts_nothing_off(path: Path) -> None:
    labels = Labels(path)
    play(labels, "a", label=CAN)
    labels.sound_ends()
    for after in (labels, Labels(path)):
        after.begins(0.0)
        assert after.label == Label()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\x00",
        b"[]",
        b"[" * 100_000,
        b'{"side": {"side_id": "a"}, "label": null}',
        b'{"side": {"label": {}}, "label": null}',
        b'{"side": {"side_id": "a", "label": {"artist": 3}}, "label": null}',
        b'{"side": null, "label": {"artist": "' + b"x" * 201 + b'"}}',
        b'{"side": "a", "label": 1}',
        b" " * 300_000,
    ],
)
def test_a_file_that_makes_no_sense_is_passed_over_with_one_warning(
    path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    path.write_bytes(content)
    labels = Labels(path)
    assert (labels.side, labels.label) == (None, Label())
    assert len(caplog.records) == 1
    play(labels, "a", label=CAN)
    assert told(Labels(path)) == ("a", "Can")


def test_where_nothing_can_be_written_one_warning_is_all_until_it_can(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    in_the_way = tmp_path / "folder"
    in_the_way.write_text("")
    labels = Labels(in_the_way / "last-side.json")
    play(labels, "a", label=CAN)
    play(labels, "b", label=CAN)
    assert told(labels) == ("b", "Can")
    assert sum(record.levelno == logging.WARNING for record in caplog.records) == 1
    in_the_way.unlink()
    play(labels, "c", label=CAN)
    assert json.loads((in_the_way / "last-side.json").read_text())["side"]["side_id"] == "c"
