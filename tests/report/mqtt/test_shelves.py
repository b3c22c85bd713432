import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from runout.config import MqttSettings
from runout.report.mqtt import outbox
from runout.report.mqtt.delivery import Delivery
from runout.report.mqtt.outbox import BACK_TO_FILE_S, IN_MEMORY, MEMORY_BYTES, Letter, Outbox
from runout.report.mqtt.shelves import CARD_EVERY_S, WAITING, Shelves, outbox_of


def event(number: int, size: int = 300) -> Letter:
    return Letter(number, "runout/box/event", "e" * size, True)


def side(number: int) -> Letter:
    return Letter(number, "runout/box/side", "side", False)


class Box:
    """Shelves of a box whose clock we have."""

    def __init__(self, folder: Path, **settings: int) -> None:
        self.now_s = 0.0
        self.card, self.memory = folder / "card" / "outbox.db", folder / "run"
        self._settings = MqttSettings("b", outbox=str(self.card), **settings)
        self.shelves = self.start()

    def start(self) -> Shelves:
        return Shelves(self._settings, self.memory, lambda: self.now_s)

    def killed(self) -> Shelves:
        """What the next process finds, with the first one's locks gone as a kill takes them."""
        for one in (self.shelves._card, self.shelves._memory):
            one._db.close()
        return self.start()

    def on_card(self) -> int:
        return len(self.shelves._card)

    def rows(self, file: Path) -> list[int]:
        """Numbers of the letters that a file has once nobody uses it."""
        with contextlib.closing(sqlite3.connect(file)) as db:
            return [number for (number,) in db.execute("SELECT number FROM letter ORDER BY number")]


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """Files whose disk is full: put them in and take them out."""
    files: set[Path] = set()
    insert = outbox.insert

    def trying(db: sqlite3.Connection, rows: Sequence[tuple[object, ...]]) -> None:
        (_, _, path) = db.execute("PRAGMA database_list").fetchone()
        if path and Path(path) in files:
            raise sqlite3.OperationalError("database or disk is full")
        insert(db, rows)

    monkeypatch.setattr(outbox, "insert", trying)
    return files


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def numbers(shelves_: Shelves) -> list[int]:
    return [letter.number for letter in shelves_.after(0, 100_000)]


def test_events_wait_in_memory_and_sides_do_not(box: Box) -> None:
    box.shelves.keep([event(1), event(2), side(3)])
    box.shelves.keep([event(4)])
    assert (box.on_card(), len(box.shelves)) == (1, 4)
    assert numbers(box.shelves) == [1, 2, 3, 4]
    assert [letter.number for letter in box.shelves.after(1, 2)] == [2, 3]


def test_a_kill_loses_neither(box: Box) -> None:
    box.shelves.keep([event(1), side(2), event(3)])
    again = box.killed()
    assert numbers(again) == [1, 2, 3]
    assert again.last == 3


def test_they_go_to_the_card_in_batches(box: Box) -> None:
    box.shelves.keep([event(1)])
    box.now_s = CARD_EVERY_S - 1
    box.shelves.keep([event(2)])
    assert box.on_card() == 0
    box.now_s = CARD_EVERY_S
    box.shelves.keep([event(3)])
    assert (box.on_card(), len(box.shelves), numbers(box.shelves)) == (3, 3, [1, 2, 3])


def test_a_crackly_hour_waits_for_its_share_of_the_card(box: Box) -> None:
    """Ten events a second, as many as ever go out, for an hour."""
    for second in range(3600):
        box.now_s = float(second)
        box.shelves.keep([event(10 * second + place + 1) for place in range(10)])
    assert box.on_card() == 0
    assert len(box.shelves) == 36_000


def test_what_is_too_much_for_memory_goes_on_to_the_card(box: Box) -> None:
    for first in range(1, WAITING + 3000, 1000):
        box.shelves.keep([event(number) for number in range(first, first + 1000)])
    assert box.on_card() == 3000
    assert numbers(box.shelves) == list(range(1, WAITING + 3001))
    assert box.shelves.dropped == 0


def test_a_stop_puts_all_on_the_card(box: Box) -> None:
    box.shelves.keep([event(1), side(2), event(3)])
    box.shelves.close()
    rows = sqlite3.connect(box.card).execute("SELECT number FROM letter ORDER BY number")
    assert rows.fetchall() == [(1,), (2,), (3,)]


def test_a_kill_amid_a_move_leaves_nothing_twice(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.shelves.keep([event(number) for number in range(1, 6)])
    monkeypatch.setattr(box.shelves._memory, "delete", lambda _: None)
    box.shelves._move()
    again = box.killed()
    assert (len(again), numbers(again)) == (5, [1, 2, 3, 4, 5])


def test_without_a_card_memory_has_everything_over_a_restart(tmp_path: Path) -> None:
    (tmp_path / "card").write_text("a file where the folder should be")
    box = Box(tmp_path)
    box.shelves.keep([event(1), side(2)])
    assert not box.shelves.durable
    box.shelves.close()
    assert numbers(box.start()) == [1, 2]


def test_a_card_that_was_full_is_used_again_and_nothing_is_lost(box: Box, full: set[Path]) -> None:
    full.add(box.card)
    box.shelves.keep([event(1), side(2)])
    assert not box.shelves.durable
    assert numbers(box.shelves) == [1, 2]
    full.clear()
    box.now_s = BACK_TO_FILE_S
    assert box.shelves.revive()  # without another letter
    assert box.shelves.durable
    box.shelves.keep([side(3)])
    box.shelves.close()
    assert box.rows(box.card) == [1, 2, 3]


def test_a_kill_while_the_card_is_full_loses_no_side(box: Box, full: set[Path]) -> None:
    box.shelves.keep([side(1)])
    full.add(box.card)
    box.shelves.keep([event(2), side(3)])
    full.clear()
    assert numbers(box.killed()) == [1, 2, 3]


def test_a_stop_puts_all_on_a_card_that_was_full(box: Box, full: set[Path]) -> None:
    full.add(box.card)
    box.shelves.keep([side(1), event(2)])
    full.clear()
    box.shelves.close()
    assert (box.rows(box.card), box.rows(box.memory / "outbox.db")) == ([1, 2], [])


def test_a_card_that_is_full_amid_a_move_leaves_all_in_memory(box: Box, full: set[Path]) -> None:
    box.shelves.keep([event(1), event(2)])
    full.add(box.card)
    box.now_s = CARD_EVERY_S
    box.shelves.revive()
    assert (box.on_card(), numbers(box.shelves)) == (0, [1, 2])
    box.shelves.close()
    assert box.rows(box.memory / "outbox.db") == [1, 2]


def test_what_is_forgotten_while_the_card_is_full_does_not_grow(box: Box, full: set[Path]) -> None:
    box.shelves.keep([side(1), side(2)])
    full.add(box.card)
    box.shelves.keep([side(3)])
    for number in range(4, 1000):
        box.shelves.keep([event(number)])
        box.shelves.delete({number: 300})
    box.shelves.delete({1: 4})
    assert box.shelves._card._forgotten == {1}
    full.clear()
    box.now_s = BACK_TO_FILE_S
    box.shelves.revive()
    assert numbers(box.shelves) == [2, 3]


def test_without_a_file_in_memory_the_card_has_all(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where the folder should be")
    box = Box(tmp_path)
    some = 2 * MEMORY_BYTES // 50_000
    box.shelves.keep([event(number, 50_000) for number in range(1, some + 1)])
    assert (box.on_card(), box.shelves.dropped) == (some, 0)


def test_where_the_one_in_memory_is_full_the_card_has_all(box: Box, full: set[Path]) -> None:
    box.shelves.keep([event(1)])
    full.add(box.memory / "outbox.db")
    box.shelves.keep([event(2)])
    box.shelves.revive()
    box.shelves.keep([event(3)])
    assert (box.on_card(), numbers(box.shelves)) == (3, [1, 2, 3])
    full.clear()
    box.now_s = BACK_TO_FILE_S
    box.shelves.revive()
    box.shelves.keep([event(4)])
    assert (box.on_card(), numbers(box.shelves)) == (3, [1, 2, 3, 4])


def test_a_delivery_moves_them_though_nothing_more_is_heard(box: Box) -> None:
    delivery = Delivery(box.shelves)
    delivery.put("runout/box/event", "tick", True, 0.0)
    delivery.keep(1.0)
    assert box.on_card() == 0
    box.now_s = CARD_EVERY_S
    delivery.keep(CARD_EVERY_S)
    assert box.on_card() == 1


def test_a_delivery_sends_again_what_comes_back_with_a_file(box: Box, full: set[Path]) -> None:
    box.shelves.keep([side(number) for number in range(1, 4)])
    full.add(box.card)
    delivery = Delivery(box.shelves)
    delivery.put("runout/box/side", "side", False, 0.0)
    delivery.keep(0.0)
    for letter in list(delivery.due(0.0)):
        delivery.sent(letter, letter.number)
        delivery.confirmed(letter.number, 0.0)
    full.clear()
    box.now_s = BACK_TO_FILE_S
    delivery.keep(BACK_TO_FILE_S)
    assert delivery._rewind == 0
    assert (len(box.shelves), delivery.depth) == (0, 0)


def test_a_delivery_sends_them_in_order_and_forgets_them(box: Box) -> None:
    box.shelves.keep([event(1), side(2), event(3)])
    delivery = Delivery(box.shelves)
    sent = []
    for letter in delivery.due(1.0):
        delivery.sent(letter, letter.number)
        sent.append(letter.number)
    for number in sent:
        delivery.confirmed(number, 1.0)
    delivery.keep(2.0, everything=True)
    assert sent == [1, 2, 3]
    assert (len(box.shelves), delivery.depth) == (0, 0)


def test_only_systemd_s_service_has_shelves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = MqttSettings("b", outbox=str(tmp_path / "outbox.db"))
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    assert isinstance(outbox_of(settings), Outbox)
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path / "run"))
    assert isinstance(outbox_of(MqttSettings("b", outbox=IN_MEMORY)), Outbox)
    assert isinstance(outbox_of(MqttSettings("b", outbox=str(tmp_path / "o.db"))), Shelves)
