"""Whether a side that is told is news, or how things stood before we watched."""

import threading
from dataclasses import replace
from pathlib import Path

from report.brokers import Recorder, wait_until
from report.examples import PLAYING, SIDE
from report.terminal.test_lines import GRADED, Screen
from report.terminal.test_watch import at, play_a_side
from runout.report.mqtt.broker import EmbeddedBroker
from runout.report.mqtt.publisher import Publisher
from runout.report.terminal.watch import Watch
from runout.side.side import SideStarted


def test_a_box_that_starts_anew_tells_its_last_side_as_what_it_is(
    embedded: EmbeddedBroker, tmp_path: Path
) -> None:
    """To a broker that has none of it, and so as any other word, not as a retained one."""
    settings = replace(at(embedded), outbox=str(tmp_path / "outbox.db"))
    with EmbeddedBroker() as before:
        play_a_side(before, settings.outbox)
    out = Screen(tty=False)

    def start_anew() -> None:
        publisher = Publisher(settings)
        publisher.start()
        wait_until(lambda: publisher._link.up)
        publisher.stop()

    with Watch(settings, out, "box") as watch, Recorder(embedded.port) as other:
        box = threading.Thread(target=start_anew)
        box.start()
        assert watch.until_offline(box.is_alive)
        box.join()
        wait_until(lambda: bool(other.of("side")))
        assert [message.retained for message in other.of("side")] == [False]
    assert watch.sides == 0
    assert out.getvalue().splitlines() == [
        "  Runout is online",
        "  last side: VG+: crackle in the lead-in; now and then a click",
        "  Runout is offline",
    ]


def test_a_side_that_ends_as_soon_as_we_listen_is_news(embedded: EmbeddedBroker) -> None:
    publisher = Publisher(at(embedded))
    publisher.start()
    wait_until(lambda: publisher._link.up)
    publisher.heard(SideStarted("s1", 0.3))
    publisher.state(PLAYING)
    with Recorder(embedded.port) as other:
        wait_until(lambda: bool(other.of("state")))
    out = Screen(tty=False)

    def end() -> None:
        # Not before what is retained has come: brokers send it in their own time.
        wait_until(lambda: any(one._played for one in list(watch._narrators.values())))
        publisher.heard(SIDE)
        publisher.stop()

    with Watch(at(embedded), out, "box") as watch:
        box = threading.Thread(target=end)
        box.start()
        assert watch.until_offline(box.is_alive)
        box.join()
    assert watch.sides == 1
    assert GRADED in out.getvalue()
