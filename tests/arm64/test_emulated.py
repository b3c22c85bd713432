"""The package on an emulated arm64 Debian 12, beside the same on amd64.

Both hold the same releases of everything, by one lock. A few minutes; it needs root, and
`make test-arm64` to bring what it takes.
"""

import importlib
import io
import json
import math
import os
import queue
from pathlib import Path

import numpy as np
import pytest
import soundfile
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from arm64.tree import CORES, Tree
from runout.model.card import load_model
from runout.model.interpreter import installed_runtimes
from runout.report.mqtt.broker import EmbeddedBroker

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DATA = ROOT / "tests/data"
RECORD = "excerpt78.flac"
RECORDINGS = (RECORD, "clean_excerpt.flac", "vinyl_hiss.flac")
CACHE = Path(os.environ["RUNOUT_ARM64"])

COST = json.loads((HERE / "cost.json").read_text())
"""Million instructions a second of sound, as measured when it was last changed, by recording"""
NEAR = 0.04
"""They repeat within half of a percent; 5 % more is to be seen"""


def package(arch):
    (found,) = (ROOT / "build").glob(f"runout_*~deb12_{arch}.deb")
    return found


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    """Runout on arm64 and on amd64, the bundled recordings in root's home."""
    work = tmp_path_factory.mktemp("arm64")
    made = {}
    try:
        for arch, emulator in (("arm64", CACHE / "amd64"), ("amd64", None)):
            made[arch] = Tree(CACHE / arch, work / arch, emulator)
            made[arch].install(package(arch))
            for name in RECORDINGS:
                made[arch].put(name, (DATA / name).read_bytes())
        made["arm64"].build_counter(HERE / "count.c")
        yield made
    finally:
        for tree in made.values():
            tree.close()


@pytest.fixture(scope="module")
def arm64(trees):
    return trees["arm64"]


@pytest.fixture(scope="module")
def amd64(trees):
    return trees["amd64"]


@pytest.fixture(scope="module")
def score_step():
    """One step of the network's int8 answer: a difference of logarithms of odds."""
    runtime = importlib.import_module(f"{installed_runtimes()[0]}.interpreter")
    (output,) = runtime.Interpreter(model_content=load_model().content).get_output_details()
    return output["quantization"][0]


def apart(one, other):
    """By how much two confidences differ at least: they are rounded to 3 digits."""
    low, high = sorted((one, other))
    low, high = low + 0.0005, high - 0.0005
    return math.log(high / (1.0 - high)) - math.log(low / (1.0 - low))


def graded(said):
    """Of the JSON of `runout grade`, what must be equal, and the figures that the grade is from.

    A share of the side's seconds may differ in its last digit.
    """
    side = json.loads(said)
    figures = [one.pop("value") for one in side["grade"]["evidence"]]
    return (side["events"], side["counts"], side["grade"], side["rpm"]), figures


@pytest.mark.parametrize("name", RECORDINGS)
def test_it_hears_what_amd64_hears(arm64, amd64, score_step, name):
    """Every event in every figure, but for a step of the network in how sure it is."""
    command = ("runout", "grade", "--json", f"/root/{name}")
    # Hiss alone is heard, and not graded.
    status = 1 if name == "vinyl_hiss.flac" else 0
    (here, ours), (there, theirs) = (
        graded(tree.run(*command, status=status)) for tree in (arm64, amd64)
    )
    assert ours == pytest.approx(theirs, rel=1e-3)
    sure = [[event.pop("confidence") for event in said[0]] for said in (here, there)]
    assert here == there
    off = [apart(*both) for both in zip(*sure, strict=True)]
    assert max(off, default=0.0) <= score_step
    assert bool(off) == (name != "clean_excerpt.flac")
    differ = sum(one != other for one, other in zip(*sure, strict=True))
    print(f"{name}: {differ} of {len(off)} confidences differ, by a step at most")


@pytest.mark.parametrize("core", [core for core in CORES if core != "cortex-a53"])
def test_every_pi_hears_the_same(arm64, core):
    """Libraries choose their code by what a core can do: a Pi 5 has dot products of bytes."""
    command = ("runout", "grade", "--json", f"/root/{RECORD}")
    assert arm64.run(*command, core=core) == arm64.run(*command)


def played(tree, command, host, port):
    """The events and the side that the daemon says at a broker while it hears the record."""
    said: queue.Queue[MQTTMessage] = queue.Queue()
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _data, message: said.put(message)
    client.connect(host, port)
    client.subscribe([("runout/box/event", 1), ("runout/box/side", 1)])
    client.loop_start()
    try:
        tree.run(*command, "--broker", f"{host}:{port}", "--device-id", "box")
        events = []
        while (message := said.get(timeout=30.0)).topic != "runout/box/side":
            events.append(json.loads(message.payload))
        return events, json.loads(message.payload)
    finally:
        client.loop_stop()
        client.disconnect()


def test_the_daemon_grades_the_record_as_a_file(arm64):
    """Over MQTT it says the impulses before the crackle, the counts and the grade, of the file."""
    with EmbeddedBroker() as broker:
        command = ("runout", "listen", "--file", f"/root/{RECORD}")
        events, side = played(arm64, command, broker.host, broker.port)
    file = json.loads(arm64.run("runout", "grade", "--json", f"/root/{RECORD}"))
    impulses = [one for one in file["events"] if one["kind"] in ("click", "pop")]
    assert len(impulses) > 100
    assert side["counts"] == file["counts"]
    assert side["grade"]["label"] == file["grade"]["label"] is not None
    what = ("time_s", "duration_s", "channel", "peak_db", "confidence")
    told = {
        tuple(one[key] for key in what) for one in events if one["event_type"] in ("click", "pop")
    }
    assert told
    assert told <= {tuple(one[key] for key in what) for one in impulses}


@pytest.mark.parametrize("name", list(COST))
def test_it_costs_what_it_did(arm64, name):
    """Instructions a second of sound, start and end taken off: the recording once and twice."""
    sound, rate = soundfile.read(DATA / name)
    numbers = []
    for times in (1, 2):
        content = io.BytesIO()
        soundfile.write(content, np.tile(sound, (times, 1)), rate, format="FLAC")
        path = arm64.put(f"{times}.flac", content.getvalue())
        with EmbeddedBroker() as broker:
            where = ("--broker", f"{broker.host}:{broker.port}")
            numbers.append(arm64.counted("listen", "--file", path, *where)[1])
    million_a_s = (numbers[1] - numbers[0]) / (len(sound) / rate) / 1e6
    print(f"{name}: {million_a_s:.1f} million instructions a second of sound")
    was = COST[name]
    assert million_a_s <= was * (1.0 + NEAR), "dearer than tests/arm64/cost.json says"
    # A limit that is far off lets the next change cost more unseen.
    assert million_a_s >= was * (1.0 - NEAR), "cheaper: write that into tests/arm64/cost.json"
