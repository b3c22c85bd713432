import asyncio
import json
import socket
import threading

import pytest

from runout.errors import RunoutError
from runout.web.live.ear import AWAY_S
from runout.web.live.hub import MOST_EVENTS, Hub
from web.live.ears import NOW, Clock, Mouth, until

ISO = "2026-01-02T03:04:05.000Z"


def heard_by(tmp_path, scene, **hub):
    """Run a scene with a hub that is on."""

    async def run():
        clock = Clock()
        made = Hub(tmp_path, clock=clock, now=lambda: NOW, **hub)
        made.start()
        try:
            return await scene(made, Mouth(tmp_path), clock)
        finally:
            made.stop()

    return asyncio.run(run())


async def told(viewer, kind):
    """The next word of a kind."""
    async with asyncio.timeout(30.0):
        while True:
            word = await viewer.next()
            if word.kind == kind:
                return json.loads(word.data)


def test_what_the_ear_says_goes_to_every_viewer(tmp_path):
    async def scene(hub, ear, _clock):
        with hub.subscribe() as one, hub.subscribe() as other:
            ear.say("state", phase="playing", side_id="s1")
            ear.event("s1", 1, kind="click")
            ear.say("sound", to="sound", at_s=1.5)
            seen = [
                [await told(viewer, kind) for kind in ("ear", "state", "event", "sound")]
                for viewer in (one, other)
            ]
        assert seen[0] == seen[1]
        return seen[0]

    assert heard_by(tmp_path, scene) == [
        {"state": "hears", "reason": None, "since": ISO},
        {"phase": "playing", "side_id": "s1"},
        {"id": "s1-1", "side_id": "s1", "kind": "click"},
        {"at_s": 1.5},
    ]


def test_who_comes_later_is_told_how_things_stand(tmp_path):
    async def scene(hub, ear, _clock):
        ear.say("state", phase="playing", side_id="s1")
        ear.event("s1", 1)
        ear.say("health", overruns=3)
        await until(lambda: hub.health() is not None)
        assert hub.side_id == "s1"
        with hub.subscribe() as viewer:
            hello = await told(viewer, "hello")
        assert hello == hub.snapshot()
        return hello

    assert heard_by(tmp_path, scene, last_side=lambda: {"side_id": "s0"}) == {
        "ear": {"state": "hears", "reason": None, "since": ISO},
        "state": {"phase": "playing", "side_id": "s1"},
        "side_id": "s1",
        "events": [{"id": "s1-1", "side_id": "s1"}],
        "health": {"overruns": 3},
        "last_side": {"side_id": "s0"},
    }


def test_another_side_begins_without_events_and_an_end_replaces_its_begin(tmp_path):
    async def scene(hub, ear, _clock):
        ear.event("s1", 1)
        ear.say("state", side_id="s2")
        ear.event("s2", 1, phase="begin")
        ear.event("s2", 2, phase="single")
        ear.event("s2", 1, phase="end")
        ear.say("health")
        await until(lambda: hub.health() is not None)
        return [(event["id"], event["phase"]) for event in hub.snapshot()["events"]]

    assert heard_by(tmp_path, scene) == [("s2-1", "end"), ("s2-2", "single")]


def test_the_events_of_a_side_are_remembered_in_bounds(tmp_path):
    async def scene(hub, ear, _clock):
        for number in range(MOST_EVENTS + 50):
            ear.event("s1", number)
            await asyncio.sleep(0)
        ear.say("health")
        await until(lambda: hub.health() is not None)
        return [event["id"] for event in hub.snapshot()["events"]]

    assert heard_by(tmp_path, scene) == [f"s1-{number}" for number in range(50, MOST_EVENTS + 50)]


def test_a_page_that_was_killed_catches_up_and_tells_its_viewers_anew(tmp_path):
    async def scene(hub, ear, _clock):
        with hub.subscribe() as viewer:
            await told(viewer, "hello")
            events = [{"id": f"s1-{number}", "side_id": "s1"} for number in range(200)]
            ear.say("events", events=events)
            return await told(viewer, "hello")

    hello = heard_by(tmp_path, scene)
    assert len(hello["events"]) == 200
    assert hello["side_id"] == "s1"


def test_an_ear_that_falls_silent_is_away(tmp_path):
    async def scene(hub, ear, clock):
        ear.say("state", side_id="s1")
        ear.say("health")
        await until(lambda: hub.health() is not None)
        with hub.subscribe() as viewer:
            clock.now_s = AWAY_S + 0.1
            return await told(viewer, "ear"), hub.snapshot()

    ear, snapshot = heard_by(tmp_path, scene)
    assert ear["state"] == "away"
    assert (snapshot["state"], snapshot["health"]) == (None, None)


@pytest.mark.parametrize(
    ("word", "state", "reason"),
    [
        (("waits", {"reason": "no preamp"}), "waits", "no preamp"),
        (("gone", {"reason": "it was stopped"}), "away", "it was stopped"),
    ],
)
def test_the_ear_says_itself_why_it_does_not_hear(tmp_path, word, state, reason):
    async def scene(hub, ear, _clock):
        ear.say("state", side_id="s1")
        ear.say(word[0], **word[1])
        await until(lambda: hub.ear()["reason"] is not None)
        return hub.ear()["state"], hub.ear()["reason"], hub.side_id

    assert heard_by(tmp_path, scene) == (state, reason, None)


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"type": 3}',
        b'{"type": "event"}',
        b'{"type": "events", "events": [1]}',
        b'{"type": "unheard of"}',
    ],
)
def test_what_makes_no_sense_is_passed_over(tmp_path, datagram):
    async def scene(hub, ear, _clock):
        ear.raw(datagram)
        ear.say("health", overruns=0)
        await until(lambda: hub.health() is not None)
        return hub.snapshot()["events"]

    assert heard_by(tmp_path, scene) == []


def test_sound_is_wanted_while_somebody_looks_and_no_longer(tmp_path):
    async def scene(hub, _ear, _clock):
        there = [(tmp_path / "sound").exists()]
        with hub.subscribe(sound=False):
            there.append((tmp_path / "sound").exists())
            with hub.subscribe(), hub.subscribe():
                there.append((tmp_path / "sound").exists())
            there.append((tmp_path / "sound").exists())
        return there

    assert heard_by(tmp_path, scene) == [False, False, True, False]


def test_others_tell_from_any_thread(tmp_path):
    async def scene(hub, _ear, _clock):
        with hub.subscribe() as viewer:
            thread = threading.Thread(target=hub.tell, args=("upload", {"id": "u1"}))
            thread.start()
            try:
                return await told(viewer, "upload")
            finally:
                thread.join()

    assert heard_by(tmp_path, scene) == {"id": "u1"}


def test_before_and_after_it_runs_nobody_is_told_and_that_is_no_error(tmp_path):
    async def run():
        hub = Hub(tmp_path)
        hub.tell("upload", {})
        hub.start()
        with hub.subscribe() as viewer:
            hub.stop()
            hub.tell("upload", {})
            assert await viewer.next() is None
        hub.stop()

    asyncio.run(run())
    assert list(tmp_path.iterdir()) == []


def test_a_socket_that_a_killed_page_left_is_taken_over(tmp_path):
    left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    left.bind(str(tmp_path / "live"))
    left.close()

    async def scene(hub, ear, _clock):
        ear.say("health")
        await until(lambda: hub.health() is not None)

    heard_by(tmp_path, scene)


def test_a_page_that_stops_leaves_the_socket_of_the_one_after_it(tmp_path):
    async def run():
        first, second = Hub(tmp_path), Hub(tmp_path)
        first.start()
        second.start()
        first.stop()
        Mouth(tmp_path).say("health")
        await until(lambda: second.health() is not None)
        second.stop()

    asyncio.run(run())


def test_a_folder_that_can_not_be_is_one_line(tmp_path):
    (tmp_path / "run").write_text("a file")

    async def run():
        Hub(tmp_path / "run").start()

    with pytest.raises(RunoutError, match="the ear can't be listened to"):
        asyncio.run(run())
