from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from runout.config import MqttSettings
from runout.report.mqtt.delivery import BACKLOG_PER_S, IN_FLIGHT, KEEP_AFTER_S, Delivery
from runout.report.mqtt.outbox import Outbox


def memory() -> Outbox:
    return Outbox(MqttSettings("b", outbox=":memory:"))


def send(delivery: Delivery, now_s: float, mids: list[int]) -> list[str]:
    """Send what is due; message ids count on in `mids`."""
    sent = []
    for letter in delivery.due(now_s):
        mids.append(len(mids) + 1)
        delivery.sent(letter, mids[-1])
        sent.append(letter.payload)
    return sent


def test_what_is_confirmed_in_time_never_touches_the_outbox() -> None:
    outbox = memory()
    delivery = Delivery(outbox)
    mids: list[int] = []
    for number in range(100):
        delivery.put("t", str(number), True, float(number))
        assert send(delivery, number, mids) == [str(number)]
        assert delivery.confirmed(mids[-1], number).payload == str(number)
        delivery.keep(number + 0.2)
    assert outbox.last == 0
    assert delivery.depth == 0


def test_a_side_is_kept_at_once_and_what_was_heard_before_it() -> None:
    outbox = memory()
    delivery = Delivery(outbox)
    delivery.put("t", "click", True, 0.0)
    delivery.keep(0.0)
    assert len(outbox) == 0
    delivery.put("t", "side", False, 0.01)
    delivery.keep(0.01)
    assert [letter.payload for letter in outbox.after(0, 10)] == ["click", "side"]


def test_what_was_confirmed_but_not_deleted_yet_hides_nothing_behind_it() -> None:
    delivery = Delivery(memory(), per_s=1e9)
    for number in range(300):
        delivery.put("t", str(number), True, 0.0)
    delivery.keep(1.0)
    mids: list[int] = []
    for _ in range(10):
        send(delivery, 1.0, mids)
        for mid in mids:
            delivery.confirmed(mid, 1.0)
    delivery.put("t", "live", True, 1.0)
    delivery.lost()
    assert send(delivery, 1.1, mids)[0] == str(len(mids) - IN_FLIGHT)


def test_what_is_not_confirmed_in_time_is_kept_and_deleted_when_it_is() -> None:
    outbox = memory()
    delivery = Delivery(outbox)
    mids: list[int] = []
    delivery.put("t", "a", True, 0.0)
    send(delivery, 0.0, mids)
    delivery.keep(KEEP_AFTER_S * 0.9)
    assert len(outbox) == 0
    delivery.keep(KEEP_AFTER_S)
    assert len(outbox) == 1
    assert send(delivery, 10.0, mids) == []
    delivery.confirmed(mids[0], 10.0)
    assert delivery.depth == 0
    delivery.keep(10.0 + KEEP_AFTER_S)
    assert len(outbox) == 0


def test_after_an_outage_all_goes_out_from_the_oldest_on_at_a_bounded_rate() -> None:
    delivery = Delivery(memory())
    for number in range(1000):
        delivery.put("t", str(number), True, number / 10)
        delivery.keep(number / 10)
    delivery.put("t", "live", True, 100.0)
    mids: list[int] = []
    sent: list[str] = []
    at_s = 100.0
    while "live" not in sent:
        at_s += 0.01
        sent += send(delivery, at_s, mids)
        for mid in mids:
            delivery.confirmed(mid, at_s)
        delivery.keep(at_s)
    assert sent == [*map(str, range(1000)), "live"]
    assert 1000 / BACKLOG_PER_S - 0.2 <= at_s - 100.0 <= 1000 / BACKLOG_PER_S + 0.2


def test_a_broker_that_confirms_nothing_is_sent_no_more_than_it_takes() -> None:
    delivery = Delivery(memory())
    for number in range(50):
        delivery.put("t", str(number), True, 0.0)
    mids: list[int] = []
    assert len(send(delivery, 0.0, mids) + send(delivery, 9.0, mids)) == IN_FLIGHT


def test_a_process_that_follows_sends_what_is_left(tmp_path: Path) -> None:
    path = MqttSettings("b", outbox=str(tmp_path / "o.db"))
    outbox = Outbox(path)
    delivery = Delivery(outbox)
    delivery.put("t", "old", True, 0.0)
    delivery.keep(0.1, everything=True)
    outbox.close()
    again = Delivery(Outbox(path))
    again.put("t", "new", True, 0.0)
    assert send(again, 0.0, []) == ["old", "new"]


actions = st.lists(
    st.one_of(
        st.just("put"), st.just("send"), st.just("keep"), st.just("lost"), st.integers(1, 40)
    ),
    max_size=120,
)


@given(actions)
def test_whatever_happens_all_arrive_and_in_order(actions: list[str | int]) -> None:
    delivery = Delivery(memory(), per_s=1e9)
    mids: list[int] = []
    said: list[int] = []
    put, now_s, floor = 0, 0.0, 0
    confirmed: set[str] = set()
    for action in [*actions, "lost", *["send", "all"] * 20]:
        now_s += 0.1
        if action == "put":
            delivery.put("t", str(put), True, now_s)
            put += 1
        elif action == "send":
            now = [int(payload) for payload in send(delivery, now_s, mids)]
            assert now == sorted(now)
            assert not now or not said[floor:] or now[0] > max(said[floor:])
            said += now
        elif action == "keep":
            delivery.keep(now_s)
        elif action == "lost":
            delivery.lost()
            floor = len(said)
        else:
            for mid in mids if action == "all" else mids[-action:]:
                letter = delivery.confirmed(mid, now_s)
                if letter is not None:
                    confirmed.add(letter.payload)
    assert confirmed == {str(number) for number in range(put)}
    delivery.keep(now_s + 1.0, everything=True)
    assert delivery.depth == 0
