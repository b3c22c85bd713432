"""What a person sees who watches a broker while a box plays a record."""

import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from report.brokers import Iotcore, Recorder, free_port, wait_until
from report.examples import CLICK, CRACKLE, IDLE, PLAYING, SIDE
from report.terminal.test_lines import GRADED, Screen
from runout.config import MqttSettings
from runout.errors import RunoutError
from runout.report.mqtt.broker import EmbeddedBroker
from runout.report.mqtt.publisher import Publisher
from runout.report.terminal import watch as watch_module
from runout.report.terminal.watch import Watch, watch
from runout.side.side import DefectHeard, SideStarted


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "WILL_S", 0.2)
    monkeypatch.setattr(watch_module, "RETRY_S", 0.1)


def at(broker: EmbeddedBroker) -> MqttSettings:
    return MqttSettings(host=broker.host, port=broker.port, device_id="box")


def play(publisher: Publisher) -> None:
    """Play a short side, once connected."""
    publisher.audio(True)
    publisher.state(IDLE)
    publisher.heard(SideStarted("s1", 0.3))
    publisher.heard(DefectHeard("s1", "single", CLICK))
    publisher.state(PLAYING)
    publisher.heard(DefectHeard("s1", "begin", CRACKLE))
    publisher.heard(DefectHeard("s1", "end", CRACKLE))
    publisher.heard(SIDE)
    publisher.state(IDLE)


def play_a_side(broker: EmbeddedBroker, outbox: str = "") -> None:
    publisher = Publisher(MqttSettings(broker.host, broker.port, device_id="box", outbox=outbox))
    publisher.start()
    wait_until(lambda: publisher._link.up)
    play(publisher)
    # What a busy broker hasn't confirmed at the stop would be told again by the next start.
    wait_until(lambda: publisher.voice.depth == 0)
    publisher.stop()


def watched(broker: EmbeddedBroker, out: io.StringIO, device_id: str = "box") -> Watch:
    """Watch until a side was played and the box is gone."""
    with Watch(at(broker), out, device_id) as watch:
        box = threading.Thread(target=play_a_side, args=(broker,))
        box.start()
        assert watch.until_offline(box.is_alive)
        box.join()
    return watch


STORY = """\
  Runout is online

  ▼ needle down

          time   defect                 channel  over the music
      0:12.346   click                  left     +14.2 dB  ▇▇▇▇▇
      0:13.900   crackle began          both     +12.1 dB  ▇▇▇▇
      0:17.471   crackle ends           both     +12.1 dB  ▇▇▇▇  41 a second for 3.6 s
{graded}
  Runout is offline
"""


def test_a_side_is_a_story(embedded: EmbeddedBroker) -> None:
    out = Screen(tty=False)
    watch = watched(embedded, out)
    assert out.getvalue() == STORY.format(graded=GRADED)
    assert watch.sides == 1


def test_what_was_retained_before_is_how_things_stand_and_no_news(
    embedded: EmbeddedBroker,
) -> None:
    play_a_side(embedded)
    out = Screen(tty=False)
    with Watch(at(embedded), out, "box") as watch:
        assert not watch.until_offline(lambda: False)
    assert watch.sides == 0
    assert sorted(out.getvalue().splitlines()) == [
        "  Runout is offline",
        "  last side: VG+: crackle in the lead-in; now and then a click",
    ]


def test_boxes_are_told_apart(embedded: EmbeddedBroker) -> None:
    out = Screen(tty=False)
    watched(embedded, out, "")
    assert out.getvalue().splitlines()[0] == "box   Runout is online"


def test_on_a_terminal_the_meter_gives_way_to_each_line(embedded: EmbeddedBroker) -> None:
    out = Screen()
    watched(embedded, out)
    text = out.getvalue()
    assert "\r\x1b[2K      0:12  L ▇▇▇▇▇▇▇▇▇▇······ -23 dB" in text
    # As a terminal shows it, the meter is gone.
    assert "7/min" not in [line.split("\r\x1b[2K")[-1] for line in text.split("\n")][-1]
    assert "7/min\r\x1b[2K" in text


@pytest.mark.parametrize(
    ("leaf", "payload", "line"),
    [
        ("event", b"\xff", "malformed message on event: not JSON"),
        ("event", b"[]", "malformed message on event: not a JSON object"),
        ("event", b"{}", "malformed message on event: no text 'side_id'"),
        ("side", b'{"side_id": 5}', "malformed message on side: no text 'side_id'"),
        ("state", b'{"side_id": "s"}', "malformed message on state: no object 'level_db'"),
        ("availability", b"perhaps", "malformed message on availability: neither online nor"),
        ("cmd/result", b"whatever", ""),
        ("", b"whatever", ""),
    ],
)
def test_a_malformed_message_is_one_line(
    embedded: EmbeddedBroker, leaf: str, payload: bytes, line: str
) -> None:
    out = Screen(tty=False)
    with Watch(at(embedded), out, "box") as watch, Recorder(embedded.port) as other:
        other.publish(f"runout/box/{leaf}".rstrip("/"), payload)
        other.publish("runout/box/availability", "offline")
        assert watch.until_offline(lambda: True)
    lines = [shown for shown in out.getvalue().splitlines() if "malformed" in shown]
    assert len(lines) == (1 if line else 0)
    assert not line or line in lines[0]


def test_any_number_of_boxes_is_bounded(
    embedded: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "MOST_BOXES", 4)
    out = Screen(tty=False)
    with Watch(at(embedded), out) as watch, Recorder(embedded.port) as other:
        for number in range(8):
            other.publish(f"runout/box{number}/availability", "online")
        other.publish("runout/box1/availability", "offline")
        assert watch.until_offline(lambda: True)
    assert out.getvalue().count("is online") == 4


def test_letters_that_the_output_lacks_do_not_stop_it(embedded: EmbeddedBroker) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    event = {"side_id": "s", "phase": "single", "kind": "knäckt", "channel": "left", "time_s": 1}
    with Watch(at(embedded), out, "box") as watch, Recorder(embedded.port) as other:
        other.publish("runout/box/event", json.dumps(event, ensure_ascii=False))
        other.publish("runout/box/availability", "offline")
        assert watch.until_offline(lambda: True)
    out.flush()
    assert b"kn?ckt" in out.buffer.getvalue()


def test_a_box_that_dies_without_a_word_ends_it(embedded: EmbeddedBroker) -> None:
    with Watch(at(embedded), Screen(), "box") as watch:
        assert not watch.until_offline(lambda: False)


def test_no_broker_is_a_clear_line() -> None:
    port = free_port()
    with pytest.raises(RunoutError, match=f"no MQTT broker at 127.0.0.1:{port}: Connection refus"):
        watch(MqttSettings("127.0.0.1", port), Screen())


def test_a_broker_that_goes_and_comes_is_followed() -> None:
    broker = Iotcore()
    broker.start()
    out = Screen(tty=False)
    settings = MqttSettings("127.0.0.1", broker.port, device_id="box")

    def restart_and_play() -> None:
        broker.stop()
        time.sleep(0.5)
        broker.start()
        with Recorder(broker.port) as other:
            other.publish("runout/box/availability", "online", retain=True)
            time.sleep(1.0)
            other.publish("runout/box/availability", "offline", retain=True)

    with Watch(settings, out, "box") as watch:
        threading.Thread(target=restart_and_play).start()
        assert watch.until_offline(lambda: True)
    broker.stop()
    assert out.getvalue().splitlines() == [
        "  the broker has gone; trying again",
        "  Runout is online",
        "  Runout is offline",
    ]


DEMO = textwrap.dedent(
    """
    import signal, subprocess, sys
    # A shell's background job is born deaf to Ctrl-C, and so are its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from runout.config import MqttSettings
    from runout.report.mqtt.broker import EmbeddedBroker
    from runout.report.terminal.watch import Watch
    with EmbeddedBroker() as broker:
        settings = MqttSettings(broker.host, broker.port)
        with Watch(settings, sys.stdout, "box") as watch:
            box = subprocess.Popen([sys.executable, sys.argv[1], str(broker.port)])
            said_goodbye = watch.until_offline(lambda: box.poll() is None)
        sys.exit(box.wait() if said_goodbye else 9)
    """
)

BOX = textwrap.dedent(
    """
    import signal, sys, time
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from runout.config import MqttSettings
    from runout.report.mqtt.publisher import Publisher
    # As the daemon does with a broker of its own: no Home Assistant is there to be told.
    own = MqttSettings("127.0.0.1", int(sys.argv[1]), device_id="box", discovery_prefix="")
    publisher = Publisher(own)
    publisher.start()
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        publisher.stop()
    """
)


def test_ctrl_c_ends_broker_box_and_watch_in_order(tmp_path: Path) -> None:
    box = tmp_path / "box.py"
    box.write_text(BOX)
    demo = subprocess.Popen(
        [sys.executable, "-c", DEMO, str(box)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert demo.stdout is not None
    assert demo.stdout.readline() == "  Runout is online\n"
    os.killpg(demo.pid, signal.SIGINT)  # as the terminal does
    out, err = demo.communicate(timeout=15)
    assert (out, err, demo.returncode) == ("  Runout is offline\n", "", 0)
