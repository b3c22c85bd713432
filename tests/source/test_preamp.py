"""A preamp that comes late, goes, comes back as another, or isn't what it says."""

import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from runout.errors import RunoutError
from runout.source import capture, preamp
from runout.source.capture import CaptureSource
from runout.source.preamp import Preamp

pytest.importorskip("pyaudio", reason="needs PyAudio")


def info(name: str = "CODEC (hw:1,0)", rate: float = 48_000.0) -> dict[str, Any]:
    return {"index": 0, "name": name, "maxInputChannels": 2, "defaultSampleRate": rate}


class FakeStream:
    """Brings `blocks` periods, and then gives the device up."""

    def __init__(self, audio: "FakeAudio", settings: dict[str, Any]) -> None:
        self._audio = audio
        self._settings = settings

    def start_stream(self) -> None:
        for _ in range(self._audio.periods):
            self.bring()

    def bring(self) -> None:
        frames = self._settings["frames_per_buffer"]
        data = np.full((frames, 2), 0.25, np.float32).tobytes()
        self._settings["stream_callback"](data, frames, {}, 0)

    def is_active(self) -> bool:
        return False


class FakeAudio:
    """PortAudio as it finds things at one start."""

    def __init__(self, *devices: dict[str, Any], periods: int = 10, trouble: str = "") -> None:
        self._devices = devices
        self.periods = periods
        self._trouble = trouble
        self.asked: dict[str, Any] = {}
        self.ends = threading.Event()
        self.ends.set()

    def get_device_count(self) -> int:
        return len(self._devices)

    def get_device_info_by_index(self, index: int) -> dict[str, Any]:
        return self._devices[index]

    def get_default_input_device_info(self) -> dict[str, Any]:
        if not self._devices:
            raise OSError("No Default Input Device Available")
        return self._devices[0]

    def open(self, **settings: Any) -> FakeStream:
        if self._trouble:
            raise OSError(-9985, self._trouble)
        self.asked = settings
        return FakeStream(self, settings)

    def terminate(self) -> None:
        self.ends.wait(5.0)


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have PortAudio find, start by start, what the FakeAudios have; the last one for ever."""

    def install(*audios: FakeAudio) -> None:
        left = list(audios)
        monkeypatch.setattr(
            capture, "open_port_audio", lambda: left.pop(0) if len(left) > 1 else left[0]
        )

    monkeypatch.setattr(preamp, "TRY_S", 0.05)
    monkeypatch.setattr(preamp, "_BEAT_S", 0.01)
    monkeypatch.setattr(preamp, "_FIRST_S", 0.05)
    monkeypatch.setattr(capture, "_LOOK_S", 0.05)
    return install


def heard(feed: Preamp, times: int) -> tuple[list[tuple[str, int, int]], list[str]]:
    """Name, rate and frames of so many sources, and the reasons for which was waited."""
    sources, reasons = [], []
    for source in feed.sources(reasons.append):
        frames = sum(len(block.samples) for block in source.blocks())
        sources.append((source.name, source.sample_rate, frames))
        if len(sources) == times:
            feed.close()
    return sources, list(dict.fromkeys(reasons))


NOTHING = FakeAudio()


def test_one_that_enumerates_late_is_waited_for_and_said_once(
    starts: Any, caplog: pytest.LogCaptureFixture
) -> None:
    starts(NOTHING, NOTHING, NOTHING, FakeAudio(info()))
    sources, reasons = heard(Preamp("codec"), 1)
    assert sources == [("CODEC (hw:1,0)", 48_000, 19_200)]
    assert reasons == [
        "no capture device is called 'codec'; there is none at all; is the preamp plugged in?"
    ]
    assert [r.getMessage() for r in caplog.records if "waiting" in r.getMessage()] == [
        f"waiting for the preamp: {reasons[0]}"
    ]


def test_another_device_at_another_rate_takes_its_place(starts: Any) -> None:
    starts(FakeAudio(info()), NOTHING, FakeAudio(info("ART (hw:2,0)", 96_000.0)))
    sources, _ = heard(Preamp(), 2)
    assert sources == [("CODEC (hw:1,0)", 48_000, 19_200), ("ART (hw:2,0)", 96_000, 38_400)]


def test_one_in_use_and_one_that_is_mute_are_waited_for(starts: Any) -> None:
    starts(
        FakeAudio(info(), trouble="Device unavailable"),
        FakeAudio(info(), periods=0),
        FakeAudio(info()),
    )
    sources, reasons = heard(Preamp(), 1)
    assert len(sources) == 1
    assert [reason.partition(": ")[2][:15] for reason in reasons] == [
        "can't be opened",
        "no sound arrive",
        "is there, but b",
    ]


def test_one_that_only_telephones_is_waited_for_in_words(starts: Any) -> None:
    starts(FakeAudio(info(rate=16_000.0)), FakeAudio(info()))
    assert "sampled at 16000 Hz; Runout needs 22050" in heard(Preamp(), 1)[1][0]


def test_closing_ends_the_wait(starts: Any) -> None:
    starts(NOTHING)
    feed = Preamp()
    assert list(feed.sources(lambda _: feed.close())) == []


def test_one_that_hangs_ends_the_program_for_a_new_start(
    starts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "_CLOSE_S", 0.05)
    audio = FakeAudio(info())
    audio.ends.clear()
    starts(audio)
    with pytest.raises(RunoutError, match="hangs and can't be closed"):
        heard(Preamp(), 1)
    audio.ends.set()


class Clock:
    """Makes what a CaptureSource hears look as if it took its time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, true_hz: float) -> None:
        self._frames = 0
        self._true_hz = true_hz
        monkeypatch.setattr(capture, "time", SimpleNamespace(monotonic=self.now))

    def now(self) -> float:
        return 100.0 + self._frames / self._true_hz

    def pass_(self, frames: int) -> None:
        self._frames += frames


def played_out(source: CaptureSource, clock: Clock, seconds: float) -> float:
    """Bring the device's sound, a period at a time; how many seconds were heard."""
    stream, frames = source._stream, 0
    for block in source.blocks():
        frames += len(block.samples)
        clock.pass_(len(block.samples))
        stream.bring()
        if frames > seconds * source.sample_rate:
            source.close()
    return frames / source.sample_rate


def test_a_false_rate_ends_the_source_and_the_next_has_the_true_one(
    starts: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A PCM2902 that says 44.1 kHz and samples at 32 kHz."""
    starts(FakeAudio(info(rate=44_100.0)))
    clock = Clock(monkeypatch, 32_000.0)
    feed = Preamp("", 0.04)
    rates = []
    for source in feed.sources(lambda _: None):
        rates.append((source.said_rate, source.sample_rate))
        seconds = played_out(source, clock, 200.0)
        if len(rates) == 2:
            feed.close()
            break
        assert seconds < 65.0
    assert rates == [(44_100, 44_100), (44_100, 32_000)]
    assert seconds > 200.0
    assert caplog.records[-1].getMessage() == (
        "CODEC (hw:1,0): brings 32000 samples a second, not 44100; "
        "it is taken for 32000 Hz from now on"
    )


def test_a_rate_that_makes_no_sense_is_refused_until_the_device_was_pulled_out(
    starts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = FakeAudio(info())
    starts(broken, broken, broken, broken, NOTHING, FakeAudio(info()))
    clock = Clock(monkeypatch, 39_000.0)
    feed, reasons = Preamp("codec", 0.04), []
    sources = feed.sources(reasons.append)
    played_out(next(sources), clock, 200.0)
    assert next(sources).sample_rate == 48_000
    feed.close()
    assert [*dict.fromkeys(reason.partition(";")[0] for reason in reasons)] == [
        "CODEC (hw:1,0): brings 39000 samples a second, not 48000: it loses sound, "
        "or its clock is wrong",
        "no capture device is called 'codec'",
    ]


def test_without_pyaudio_there_is_no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyaudio", None)
    with pytest.raises(RunoutError, match=r"\.venv/bin/pip install -e '\.\[capture\]' in"):
        Preamp()


def test_minutes_of_zeros_are_silence(starts: Any) -> None:
    starts(FakeAudio(info()))
    source = CaptureSource()
    assert source.signal == "ok"
    for _ in range(61):
        source._signal.feed(np.zeros((48_000, 2), np.float32))
    assert source.signal == "silent"
    source.close()
