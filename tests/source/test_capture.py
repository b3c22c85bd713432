"""Capture from a real PortAudio device, bit by bit, and what goes wrong with devices."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from pulse import NEEDS_PULSE, PulseSink, pulse_sink
from runout.errors import RunoutError
from runout.source import capture
from runout.source.block import Samples
from runout.source.capture import CaptureSource
from runout.source.devices import list_devices

WITHOUT_PYAUDIO = "needs PyAudio: sudo apt-get install portaudio19-dev; pip install pyaudio"

# Listens until SIGTERM and then saves what was heard.
LISTEN = textwrap.dedent("""
    import signal
    import sys

    import numpy as np

    from runout.source.capture import CaptureSource

    out, device, rate = sys.argv[1], sys.argv[2], int(sys.argv[3]) or None
    source = CaptureSource(device, sample_rate=rate)
    signal.signal(signal.SIGTERM, lambda *_: source.close())
    heard = []
    for block in source.blocks():
        assert block.start == sum(map(len, heard))
        heard.append(block.samples)
        if len(heard) == 1:
            print(source.name, source.sample_rate, flush=True)
    np.save(out, np.concatenate(heard))
    print(source.overruns, source.overflows, source.duration_s)
""")


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PulseSink]:
    pytest.importorskip("pyaudio", reason=WITHOUT_PYAUDIO)
    with pulse_sink(tmp_path_factory.mktemp("pulse")) as running:
        yield running


def child(sink: PulseSink, program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        env=sink.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def printed(sink: PulseSink, program: str) -> str:
    """What a program prints; that is all that it prints, on stderr too."""
    out, err = child(sink, textwrap.dedent(program)).communicate(timeout=20)
    assert err == ""
    return out.strip()


def played(folder: Path, rate: int) -> tuple[Path, Samples]:
    """Half a second of 16-bit noise with silence around it, and its samples as floats."""
    frames = np.random.default_rng(3).integers(-32768, 32768, (rate // 2, 2)).astype(np.int16)
    path = folder / "noise.wav"
    quiet = np.zeros((rate // 5, 2), np.int16)
    soundfile.write(path, np.concatenate([quiet, frames, quiet]), rate)
    return path, frames.astype(np.float32) / 32768


def listen_and_play(sink: PulseSink, folder: Path, device: str, rate: int) -> str:
    """Play noise while a child listens, and compare; returns what the child said.

    A `rate` of 0 hertz is the device's own.
    """
    path, noise = played(folder, rate or 44_100)
    listener = child(sink, LISTEN, str(folder / "heard.npy"), device, str(rate))
    try:
        assert listener.stdout is not None
        first_line = listener.stdout.readline()
        sink.play(path)
        time.sleep(0.3)
        listener.send_signal(signal.SIGTERM)
        out, err = listener.communicate(timeout=10)
    finally:
        listener.kill()
    assert (listener.returncode, err) == (0, "")
    heard = np.load(folder / "heard.npy")
    start = int(np.argmax(heard.any(axis=1)))
    np.testing.assert_array_equal(heard[start : start + len(noise)], noise)
    assert not heard[start + len(noise) :].any()
    return first_line + out


@NEEDS_PULSE
@pytest.mark.parametrize(("device", "name"), [("PHO", "phono"), ("", "default")])
def test_hears_every_sample_that_is_played(sink, tmp_path, device, name):
    assert listen_and_play(sink, tmp_path, device, 0) == f"{name} 44100\n0 0 None\n"


@NEEDS_PULSE
def test_hears_every_sample_at_another_rate(tmp_path):
    pytest.importorskip("pyaudio", reason=WITHOUT_PYAUDIO)
    with pulse_sink(tmp_path, rate=96_000) as fast_sink:
        assert listen_and_play(fast_sink, tmp_path, "phono", 96_000) == "phono 96000\n0 0 None\n"


ASOUND_FILE = """\
</usr/share/alsa/alsa.conf>
pcm.record {{
    type file slave.pcm "null" file "/dev/null" infile "{path}" format "raw"
    hint {{ show on description "record" }}
}}
"""


def test_hears_every_sample_of_alsa_s_file_plugin(tmp_path):
    """It brings sound faster than it would play, so only what fits the ring at once is certain."""
    pytest.importorskip("pyaudio", reason=WITHOUT_PYAUDIO)
    # Its "hardware" takes any format, so PortAudio asks for the floats that we want.
    frames = np.random.default_rng(4).uniform(-1, 1, (600_000, 2)).astype("<f4")
    (tmp_path / "record.raw").write_bytes(frames.tobytes())
    (tmp_path / "asound.conf").write_text(ASOUND_FILE.format(path=tmp_path / "record.raw"))
    program = """
        import sys
        import numpy as np
        from runout.source.capture import CaptureSource
        source = CaptureSource("record", sample_rate=44_100)
        blocks = source.blocks()
        heard = np.concatenate([next(blocks).samples for _ in range(80)])
        blocks.close()
        np.save(sys.argv[1], heard)
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path / "heard.npy")],
        env={**os.environ, "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    heard = np.load(tmp_path / "heard.npy")
    np.testing.assert_array_equal(heard, frames[: len(heard)])
    assert len(heard) == 80 * 4410


@NEEDS_PULSE
def test_lists_devices_without_a_word_from_alsa(sink):
    said = printed(
        sink,
        """
        from runout.source.devices import list_devices
        print(next(device for device in list_devices() if device.name == "phono"))
        """,
    )
    assert said == "Device(index=0, name='phono', channels=32, sample_rate=44100, usb=None)"


@NEEDS_PULSE
def test_unknown_device_names_those_that_are_there(sink):
    said = printed(
        sink,
        """
        from runout.errors import RunoutError
        from runout.source.capture import CaptureSource
        try:
            CaptureSource("turntable")
        except RunoutError as error:
            print(error)
        """,
    )
    assert said.startswith("no capture device is called 'turntable'; there are: 'phono' (0), ")


@NEEDS_PULSE
def test_a_program_that_fails_while_it_listens_ends(sink):
    program = """
        from runout.source.capture import CaptureSource
        blocks = CaptureSource("phono").blocks()
        next(blocks)
        raise ArithmeticError
        """
    listener = child(sink, textwrap.dedent(program))
    try:
        _, err = listener.communicate(timeout=10)
    finally:
        listener.kill()
    assert listener.returncode == 1
    assert err.strip().endswith("ArithmeticError")


@NEEDS_PULSE
def test_a_device_that_hangs_is_said_to_be_silent(tmp_path):
    pytest.importorskip("pyaudio", reason=WITHOUT_PYAUDIO)
    program = """
        from runout.source import capture
        capture._GONE_S = capture._CLOSE_S = 0.5
        source = capture.CaptureSource("phono")
        blocks = source.blocks()
        print(next(blocks).start, flush=True)
        for _ in blocks:
            pass
        print(source.ended, source.hangs)
        """
    with pulse_sink(tmp_path) as hanging_sink:
        listener = child(hanging_sink, textwrap.dedent(program))
        try:
            assert listener.stdout is not None
            assert listener.stdout.readline() == "0\n"
            hanging_sink.server.send_signal(signal.SIGSTOP)
            out, err = listener.communicate(timeout=10)
        finally:
            listener.kill()
    assert err == ""
    assert out.startswith("no sound arrives from phono any more")
    assert out.endswith("is it unplugged? True\n")


class FakeStream:
    """A PortAudio stream whose callback the test calls itself."""

    def __init__(self, callback: Callable[..., tuple[None, int]]) -> None:
        self.bring = callback

    def start_stream(self) -> None:
        pass

    def is_active(self) -> bool:
        return True


class FakeAudio:
    """PortAudio with one device."""

    def __init__(self, channels: int = 2, rate: float = 48_000.0, trouble: str = "") -> None:
        self.info = {
            "index": 0,
            "name": "USB preamp",
            "maxInputChannels": channels,
            "defaultSampleRate": rate,
        }
        self.trouble = trouble
        self.ended = 0

    def get_device_count(self) -> int:
        return 1

    def get_device_info_by_index(self, index: int) -> dict[str, Any]:
        assert index == 0
        return self.info

    def get_default_input_device_info(self) -> dict[str, Any]:
        if not self.info["maxInputChannels"]:
            raise OSError("No Default Input Device Available")
        return self.info

    def open(self, **settings: Any) -> FakeStream:
        if self.trouble:
            raise OSError(-9985, self.trouble)
        self.settings = settings
        self.stream = FakeStream(settings["stream_callback"])
        return self.stream

    def terminate(self) -> None:
        self.ended += 1

    def bring(self, samples: Samples, status: int = 0) -> int:
        """Call the callback as PortAudio does; returns what it answers."""
        data = samples.astype(np.float32).tobytes()
        return self.stream.bring(data, len(samples), {}, status)[1]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeAudio]:
    """Make the next CaptureSource find a FakeAudio of one's own."""
    pytest.importorskip("pyaudio", reason=WITHOUT_PYAUDIO)

    def install(**settings: Any) -> FakeAudio:
        audio = FakeAudio(**settings)
        monkeypatch.setattr(capture, "open_port_audio", lambda: audio)
        return audio

    return install


def test_a_mono_device_is_heard_on_both_channels(fake):
    audio = fake(channels=1)
    source = CaptureSource(block_s=0.001)
    samples = np.linspace(-1, 1, 48, dtype=np.float32)[:, None]
    audio.bring(samples)
    heard = next(source.blocks()).samples
    np.testing.assert_array_equal(heard, np.repeat(samples, 2, axis=1))
    assert audio.settings["channels"] == 1


def test_a_device_of_many_channels_is_opened_in_stereo(fake):
    audio = fake(channels=32)
    CaptureSource().close()
    assert audio.settings["channels"] == 2


def test_lost_input_is_counted(fake):
    audio = fake()
    source = CaptureSource()
    second = np.zeros((48_000, 2))
    for _ in range(10):
        audio.bring(second)
    assert (source.overruns, source.overflows) == (0, 0)
    audio.bring(second, status=2)
    assert (source.overruns, source.overflows) == (48_000, 1)


def test_close_tells_portaudio_to_stop_and_lets_go_once(fake):
    audio = fake()
    source = CaptureSource()
    blocks = source.blocks()
    assert audio.bring(np.zeros((4800, 2))) == 0
    assert next(blocks).start == 0
    threading.Timer(0.05, source.close).start()
    assert list(blocks) == []
    assert audio.bring(np.zeros((4800, 2))) == 1
    source.close()
    assert audio.ended == 1


def test_close_before_the_beginning_lets_go_of_the_device(fake):
    audio = fake()
    source = CaptureSource()
    source.close()
    assert list(source.blocks()) == []
    assert audio.ended == 1


def test_a_device_in_use(fake):
    audio = fake(trouble="Device unavailable")
    with pytest.raises(RunoutError, match=r"USB preamp: can't be opened at 48000 Hz \(Device un"):
        CaptureSource()
    assert audio.ended == 1


def test_a_device_for_telephones(fake):
    fake(rate=16_000.0)
    with pytest.raises(RunoutError, match="USB preamp: sampled at 16000 Hz; Runout needs 22050"):
        CaptureSource()


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ("", "no capture device is there; is the preamp plugged in?"),
        (
            "usb",
            "no capture device is called 'usb'; there is none at all; is the preamp plugged in?",
        ),
    ],
)
def test_no_device_at_all(fake, wanted, line):
    fake(channels=0)
    with pytest.raises(RunoutError) as caught:
        CaptureSource(wanted)
    assert str(caught.value) == line


def test_without_pyaudio_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyaudio", None)
    with pytest.raises(RunoutError, match=r"\.venv/bin/pip install -e '\.\[capture\]' in"):
        CaptureSource()
    with pytest.raises(RunoutError, match="portaudio19-dev"):
        list_devices()
