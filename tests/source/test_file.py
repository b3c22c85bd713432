"""Files come out as they went in, at any rate and pace; bad ones with one clear line."""

import os
import signal
import struct
import threading
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from runout.errors import RunoutError
from runout.source.block import Block, Samples, Source
from runout.source.file import FileSource

RATES = [22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000]
LOSSLESS = {
    "wav": ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"],
    "aiff": ["PCM_S8", "PCM_16", "PCM_24", "PCM_32", "FLOAT"],
    "flac": ["PCM_16", "PCM_24"],
}
KINDS = [
    *(
        (suffix, subtype, rate)
        for suffix in LOSSLESS
        for subtype in LOSSLESS[suffix]
        for rate in RATES
    ),
    *(("ogg", "VORBIS", rate) for rate in RATES),
    *(("mp3", "MPEG_LAYER_III", rate) for rate in RATES if rate <= 48_000),
]
STEP = {"PCM_U8": 2**-7, "PCM_S8": 2**-7, "PCM_16": 2**-15, "PCM_24": 2**-23, "PCM_32": 2**-24}


def music(seconds: float, rate: int = 44_100, channels: int = 2) -> Samples:
    """Two tones, different on each channel, and a little noise."""
    t = np.arange(round(seconds * rate)) / rate
    tones = [0.4 * np.sin(2 * np.pi * pitch * t) for pitch in (440.0, 1000.0)[:channels]]
    noise = np.random.default_rng(1).normal(0, 0.01, (len(t), channels))
    return (np.stack(tones, axis=1) + noise).astype(np.float32)


def write(path: Path, samples: Samples, rate: int = 44_100, subtype: str | None = None) -> Path:
    soundfile.write(path, samples, rate, subtype=subtype)
    return path


def joined(blocks: list[Block]) -> Samples:
    """All samples of blocks that follow one another without a gap."""
    start = 0
    for block in blocks:
        assert block.start == start
        assert block.samples.dtype == np.float32
        assert block.samples.shape == (len(block.samples), 2)
        start += len(block.samples)
    return np.concatenate([np.zeros((0, 2), np.float32), *(block.samples for block in blocks)])


def heard_before_error(source: Source) -> tuple[Samples, str]:
    """What comes before a source's error, and the error's line."""
    blocks = []

    def listen() -> None:
        for block in source.blocks():
            blocks.append(block)

    with pytest.raises(RunoutError) as caught:
        listen()
    return joined(blocks), str(caught.value)


def open_files(folder: Path) -> list[Path]:
    """The files in a folder that this process has open."""
    links = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [path for path in links if path.is_relative_to(folder)]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("suffix", "subtype", "rate"), KINDS)
def test_every_kind_of_file_is_heard_as_it_is(tmp_path, suffix, subtype, rate, channels):
    samples = music(0.36, rate, channels)
    path = write(tmp_path / f"side.{suffix}", samples, rate, subtype)
    source = FileSource(path)
    blocks = list(source.blocks())

    assert (source.name, source.sample_rate) == (f"side.{suffix}", rate)
    heard = joined(blocks)
    decoded, _ = soundfile.read(path, dtype="float32", always_2d=True)
    assert source.duration_s == pytest.approx(len(decoded) / rate)
    # libmpg123 rounds by where its buffers lie; everything else gives the same bits each time.
    np.testing.assert_allclose(
        heard, np.broadcast_to(decoded, heard.shape), rtol=0, atol=1e-6 * (suffix == "mp3")
    )
    assert {len(block.samples) for block in blocks[:-1]} == {round(0.1 * rate)}
    if suffix in LOSSLESS:
        assert np.abs(heard - samples).max() <= STEP.get(subtype, 0.0)
    else:
        assert heard.shape == (len(samples), 2)
        assert np.sqrt(np.mean((heard - samples) ** 2)) < 0.02


def test_floats_beyond_full_scale_stay(tmp_path):
    samples = 8 * music(0.2)
    path = write(tmp_path / "hot.wav", samples, subtype="FLOAT")
    np.testing.assert_array_equal(joined(list(FileSource(path).blocks())), samples)


@pytest.mark.parametrize("block_s", [0.001, 0.033, 0.5, 3.0])
def test_blocks_of_any_length_give_the_same_sound(tmp_path, block_s):
    samples = music(0.7)
    path = write(tmp_path / "side.wav", samples, subtype="FLOAT")
    np.testing.assert_array_equal(joined(list(FileSource(path, block_s).blocks())), samples)


@pytest.mark.parametrize("samples", [np.zeros((9000, 2)), np.sign(music(0.2))])
def test_silence_and_a_full_scale_square_are_sound(tmp_path, samples):
    path = write(tmp_path / "side.wav", samples, subtype="FLOAT")
    np.testing.assert_array_equal(joined(list(FileSource(path).blocks())), samples)


def test_a_long_file_is_never_held_whole(tmp_path):
    rate, seconds = 48_000, 120
    path = tmp_path / "side.flac"
    with soundfile.SoundFile(path, "w", rate, 2) as file:
        for _ in range(seconds):
            file.write(np.zeros((rate, 2), np.int16))
    tracemalloc.start()
    try:
        frames = sum(len(block.samples) for block in FileSource(path).blocks())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert frames == seconds * rate
    # Two seconds in the ring are 0.77 MB, the whole file 46 MB.
    assert peak < 2_000_000


def test_a_slow_listener_loses_nothing(tmp_path):
    samples = music(5.0, 22_050)
    path = write(tmp_path / "side.wav", samples, 22_050, "FLOAT")
    blocks = []
    for block in FileSource(path, block_s=0.5).blocks():
        time.sleep(0.02)
        blocks.append(block)
    np.testing.assert_array_equal(joined(blocks), samples)


def test_paced_blocks_come_as_from_a_turntable(tmp_path):
    path = write(tmp_path / "side.wav", music(1.2))
    began = time.monotonic()
    arrived = [
        (time.monotonic() - began, block.start + len(block.samples))
        for block in FileSource(path, pace=True).blocks()
    ]
    late = [at - frames / 44_100 for at, frames in arrived]
    assert len(late) == 12
    # A block is there once its last frame has sounded; a busy machine may be a little late, but
    # lateness doesn't add up.
    assert min(late) >= 0
    assert np.median(late) < 0.03
    assert late[-1] < 0.2


def test_unpaced_files_come_faster_than_they_sound(tmp_path):
    path = write(tmp_path / "side.flac", music(20.0))
    began = time.monotonic()
    assert len(joined(list(FileSource(path).blocks()))) == 20 * 44_100
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("pace", [False, True])
def test_close_in_the_middle_ends_the_blocks(tmp_path, pace):
    source = FileSource(write(tmp_path / "side.wav", music(20.0)), pace=pace)
    blocks = source.blocks()
    next(blocks)
    threading.Timer(0.05, source.close).start()
    began = time.monotonic()
    if pace:
        assert len(list(blocks)) <= 3
    else:
        time.sleep(0.1)
        assert list(blocks) == []
    assert time.monotonic() - began < 0.5
    assert not [thread for thread in threading.enumerate() if thread.name == "runout-file"]


def test_close_from_a_signal_handler_ends_the_blocks(tmp_path):
    source = FileSource(write(tmp_path / "side.wav", music(20.0)), pace=True)
    before = signal.signal(signal.SIGALRM, lambda *_: source.close())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.25)
        began = time.monotonic()
        assert len(list(source.blocks())) in (1, 2)
        assert time.monotonic() - began < 1
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_source_closed_before_it_began_has_no_blocks(tmp_path):
    source = FileSource(write(tmp_path / "side.wav", music(0.5)))
    source.close()
    assert list(source.blocks()) == []


def test_leaving_the_loop_lets_go_of_the_file(tmp_path):
    source = FileSource(write(tmp_path / "side.wav", music(20.0)))
    for _ in source.blocks():
        break
    assert open_files(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "rate"), [(b"", 44_100), (b"no sound", 44_100), (None, 8000), (None, 44_100)]
)
def test_no_file_stays_open(tmp_path, content, rate):
    path = write(tmp_path / "side.wav", music(0.2), rate)
    if content is not None:
        path.write_bytes(content)
    try:
        source = FileSource(path)
    except RunoutError:
        pass
    else:
        list(source.blocks())
    assert open_files(tmp_path) == []


def test_missing_file(tmp_path):
    with pytest.raises(RunoutError, match=r"none\.wav: there is no such file"):
        FileSource(tmp_path / "none.wav")


def test_folder(tmp_path):
    with pytest.raises(RunoutError, match="is a folder, not a sound file"):
        FileSource(tmp_path)


def test_pipe_does_not_wait_for_its_other_end(tmp_path):
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(RunoutError, match="is a pipe or device"):
        FileSource(tmp_path / "pipe.wav")


def test_file_that_may_not_be_read(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    # chmod wouldn't do: root may read everything.
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RunoutError, match=r"side\.wav: may not be read by this user"):
        FileSource(tmp_path / "side.wav")


def test_name_too_long_for_a_file(tmp_path):
    with pytest.raises(RunoutError, match="can't be read"):
        FileSource(tmp_path / ("a" * 5000))


def test_empty_file(tmp_path):
    (tmp_path / "side.wav").touch()
    with pytest.raises(RunoutError, match=r"side\.wav: is empty"):
        FileSource(tmp_path / "side.wav")


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "ogg", "raw", "txt"])
@pytest.mark.parametrize("content", [b"Side A, first press.\n" * 50, b"RIFF", b"fLaC\0\0\0"])
def test_no_sound_file_whatever_its_name(tmp_path, suffix, content):
    path = tmp_path / f"side.{suffix}"
    path.write_bytes(content)
    with pytest.raises(RunoutError, match=rf"side\.{suffix}: isn't a sound file"):
        FileSource(path)


@pytest.mark.parametrize("suffix", ["wav", "aiff", "ogg"])
def test_no_sound_at_all(tmp_path, suffix):
    path = write(tmp_path / f"side.{suffix}", music(0.0))
    with pytest.raises(RunoutError, match=r"holds no sound \(0 s\)"):
        FileSource(path)


@pytest.mark.parametrize("channels", [3, 8])
def test_more_than_two_channels(tmp_path, channels):
    path = write(tmp_path / "side.wav", np.zeros((4410, channels), np.float32))
    with pytest.raises(RunoutError, match=f"has {channels} channels"):
        FileSource(path)


@pytest.mark.parametrize("rate", [8000, 16_000, 22_049])
def test_rate_too_low(tmp_path, rate):
    path = write(tmp_path / "side.wav", music(0.2, rate), rate)
    with pytest.raises(RunoutError, match=f"sampled at {rate} Hz; Runout needs 22050 Hz or more"):
        FileSource(path)


def test_rate_too_high(tmp_path):
    path = write(tmp_path / "side.wav", music(0.1, 384_000), 384_000)
    with pytest.raises(RunoutError, match="sampled at 384000 Hz; Runout takes 192000 Hz at most"):
        FileSource(path)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("channels", [1, 2])
def test_samples_that_are_no_numbers(tmp_path, bad, channels):
    samples = music(1.0, channels=channels)
    samples[int(0.75 * 44_100), -1] = bad
    source = FileSource(write(tmp_path / "side.wav", samples, subtype="FLOAT"))
    heard, message = heard_before_error(source)
    assert np.isfinite(heard).all()
    assert "side.wav: holds samples that are not numbers" in message
    assert message.endswith("the first at 0.750 s")


@pytest.mark.parametrize("suffix", ["flac", "wav", "aiff", "mp3"])
def test_cut_off_file_is_heard_as_far_as_it_goes(tmp_path, suffix):
    path = write(tmp_path / f"side.{suffix}", music(4.0, 48_000), 48_000)
    whole, _ = soundfile.read(path, dtype="float32")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    heard, message = heard_before_error(FileSource(path))
    assert 1.5 < len(heard) / 48_000 < 2.5
    np.testing.assert_allclose(heard, whole[: len(heard)], rtol=0, atol=1e-6)
    seconds = f"{len(heard) / 48_000:.1f}"
    assert message == f"{path}: is cut off or damaged: only {seconds} s of 4.0 s could be read"


def test_cut_off_right_after_the_header(tmp_path):
    path = write(tmp_path / "side.flac", music(4.0))
    path.write_bytes(path.read_bytes()[:1000])
    heard, message = heard_before_error(FileSource(path))
    assert len(heard) == 0
    assert "only 0.0 s of 4.0 s" in message


@pytest.mark.parametrize("suffix", ["flac", "mp3", "ogg"])
def test_damage_in_the_middle(tmp_path, suffix):
    path = write(tmp_path / f"side.{suffix}", music(4.0))
    content = bytearray(path.read_bytes())
    middle = slice(len(content) // 2, len(content) // 2 + len(content) // 8)
    content[middle] = np.random.default_rng(2).bytes(middle.stop - middle.start)
    path.write_bytes(content)
    heard, message = heard_before_error(FileSource(path))
    assert len(heard) < 4 * 44_100
    assert "is cut off or damaged" in message


def test_flac_that_does_not_say_its_length(tmp_path):
    samples = music(1.05)
    path = write(tmp_path / "pipe.flac", samples)
    content = bytearray(path.read_bytes())
    # STREAMINFO's 36 bits of total samples, zero where an encoder wrote to a pipe.
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    path.write_bytes(content)
    source = FileSource(path)
    assert source.duration_s is None
    assert len(joined(list(source.blocks()))) == len(samples)


@pytest.mark.parametrize("size", [2**31, 2**31 - 4096, 2**32 - 1])
def test_wav_that_does_not_say_its_length(tmp_path, size):
    samples = music(0.5)
    path = write(tmp_path / "pipe.wav", samples)
    content = bytearray(path.read_bytes())
    content[40:44] = struct.pack("<I", size)
    path.write_bytes(content)
    assert len(joined(list(FileSource(path).blocks()))) == len(samples)


@pytest.mark.parametrize("suffix", ["mp3", "ogg"])
def test_files_joined_into_one_are_not_taken_for_the_first(tmp_path, suffix):
    path = write(tmp_path / f"side.{suffix}", music(1.0))
    path.write_bytes(path.read_bytes() * 2)
    heard, message = heard_before_error(FileSource(path))
    assert len(heard) == 44_100
    assert "only the first 1.0 s could be read" in message


def test_tags_at_the_end_are_no_sound(tmp_path):
    path = write(tmp_path / "side.mp3", music(1.0))
    path.write_bytes(path.read_bytes() + b"TAG" + bytes(125))
    assert len(joined(list(FileSource(path).blocks()))) == 44_100


def test_a_sample_that_flipped_bits_made_huge_is_damage(tmp_path):
    samples = music(0.5)
    samples[12_000, 1] = 1e30
    path = write(tmp_path / "flipped.wav", samples, subtype="FLOAT")
    heard, line = heard_before_error(FileSource(path))
    assert len(heard) <= 12_000
    assert line.endswith("is damaged: holds samples far beyond full scale, the first at 0.272 s")
