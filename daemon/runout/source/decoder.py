"""Sound files, decoded piece by piece, and what can be wrong with them."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile

from runout.errors import RunoutError
from runout.source.block import Samples
from runout.source.rate import check_rate

# A header may be off by this much in a sound file: encoders pad, writers count the header in.
_SLACK_S = 0.1

# Writers that don't know the length yet leave one of the largest sizes in a WAV header, or a
# little less: ffmpeg 2^32 - 1, arecord and SoX 2^31. It promises nothing.
_PLACEHOLDERS = (2**31, 2**32)
_PLACEHOLDER_MARGIN = 2**16

# libsndfile's own mark for a length that isn't known (SF_COUNT_MAX), as in a FLAC from a pipe.
_NO_COUNT = 2**63 - 1

# libsndfile shortens a WAV or AIFF that was cut off to what is there, and says so in its log only.
_WAV_SHORTENED = re.compile(r"^data : (\d+) \(should be (\d+)\)", re.MULTILINE)
_AIFF_SHORTENED = re.compile(r"'COMM' chunk \((\d+)\) not equal to frame count")

# Floats may go beyond full scale, and some files hold whole numbers of up to 32 bits as floats.
# What is larger comes of flipped bits; squared, it would drown all else in the file.
_LOUDEST = 2.0**31

# Of an MP3 without a count of frames libsndfile guesses the length, and of joined files it knows
# the first: it stops in the middle, without an error. Tags after the sound are smaller than this.
_JOINABLE = ("MP3", "OGG")
_UNREAD_SHARE = 0.1


class _Stream(soundfile.SoundFile):  # type: ignore[misc]  # it has no type hints
    """A sound file that is read from front to back."""

    def seekable(self) -> bool:
        """No, else read() seeks after each piece, to where it is already.

        That doubles the cost of FLAC, and fails at the end of one whose length isn't known.
        """
        return False


class Decoder:
    """One sound file, open, with a header that promises something to hear."""

    def __init__(self, path: Path) -> None:
        """Open the file; raise RunoutError where Runout can't listen to it."""
        self._path = path
        with ExitStack() as on_error:
            self._file = on_error.enter_context(_open(path))
            self._stream = on_error.enter_context(self._open_stream())
            self._check_header()
            on_error.pop_all()

    @property
    def sample_rate(self) -> int:
        """Hertz."""
        return int(self._stream.samplerate)

    @property
    def frames(self) -> int | None:
        """How many frames there are to read, if none is damaged; None if the file doesn't say."""
        return None if self._stream.frames == _NO_COUNT else int(self._stream.frames)

    def pieces(self, frames: int) -> Iterator[Samples]:
        """Yield the sound from the front, `frames` frames at a time, shape (frames, channels).

        Raises RunoutError, after everything that could be decoded, where that isn't the whole.
        """
        done = 0
        while True:
            piece = np.empty((frames, self._stream.channels), dtype=np.float32)
            try:
                got = len(self._stream.read(out=piece))
            except soundfile.LibsndfileError as error:
                # What was decoded before the damage is in `piece`, and tell() knows how much.
                got = max(0, self._stream.tell() - done)
                self._check_samples(piece[:got], done)
                yield piece[:got]
                raise self._shortfall(done + got) from error
            if got == 0:
                break
            self._check_samples(piece[:got], done)
            yield piece[:got]
            done += got
        self._check_whole(done)

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()
        self._file.close()

    def _open_stream(self) -> _Stream:
        if _size(self._file) == 0:
            raise RunoutError(f"{self._path}: is empty (0 bytes)")
        try:
            # A duplicate, as libsndfile's versions differ in whether they close what they refuse.
            return _Stream(os.dup(self._file.fileno()))
        except soundfile.LibsndfileError as error:
            raise RunoutError(
                f"{self._path}: isn't a sound file that Runout can read "
                "(WAV, FLAC, OGG, MP3 or AIFF), or it is damaged at its beginning"
            ) from error

    def _check_header(self) -> None:
        channels = self._stream.channels
        if channels > 2:
            raise RunoutError(
                f"{self._path}: has {channels} channels; a record has two, or one if it is mono"
            )
        check_rate(str(self._path), self.sample_rate)
        if self.frames == 0:
            raise RunoutError(f"{self._path}: holds no sound (0 s)")

    def _check_samples(self, piece: Samples, start: int) -> None:
        # A NaN in it makes both of these NaN, which is not within anything.
        if len(piece) == 0 or (piece.min() >= -_LOUDEST and piece.max() <= _LOUDEST):
            return
        wrong = ~np.isfinite(piece)
        if wrong.any():
            at_s = self._first_s(wrong, start)
            raise RunoutError(
                f"{self._path}: holds samples that are not numbers (NaN or infinite), "
                f"the first at {at_s:.3f} s"
            )
        at_s = self._first_s(np.abs(piece) > _LOUDEST, start)
        raise RunoutError(
            f"{self._path}: is damaged: holds samples far beyond full scale, "
            f"the first at {at_s:.3f} s"
        )

    def _first_s(self, wrong: npt.NDArray[np.bool_], start: int) -> float:
        return float(start + np.argmax(wrong.any(axis=1))) / self.sample_rate

    def _check_whole(self, done: int) -> None:
        """Raise RunoutError where the file promised more than the `done` frames it gave."""
        promised = self._promised_frames()
        if promised is not None and promised - done > _SLACK_S * self.sample_rate:
            raise self._shortfall(done)
        if self._stream.format in _JOINABLE:
            # The stream's descriptor is a duplicate of ours, so its position is ours too.
            unread = 1 - self._file.seek(0, os.SEEK_CUR) / _size(self._file)
            if unread > _UNREAD_SHARE:
                raise RunoutError(
                    f"{self._path}: only the first {done / self.sample_rate:.1f} s could be read, "
                    f"{unread:.0%} of the file comes after them; is it several joined into one?"
                )

    def _promised_frames(self) -> int | None:
        """How many frames the file was written to hold, before anything happened to it."""
        log = self._stream.extra_info
        if wav := _WAV_SHORTENED.search(log):
            written, left = int(wav[1]), int(wav[2])
            if any(abs(written - size) < _PLACEHOLDER_MARGIN for size in _PLACEHOLDERS):
                return None
            return int(self._stream.frames) * written // left
        if aiff := _AIFF_SHORTENED.search(log):
            return int(aiff[1])
        return self.frames

    def _shortfall(self, done: int) -> RunoutError:
        could = f"only {done / self.sample_rate:.1f} s"
        promised = self._promised_frames()
        if promised is not None:
            could += f" of {promised / self.sample_rate:.1f} s"
        return RunoutError(f"{self._path}: is cut off or damaged: {could} could be read")


def _open(path: Path) -> BinaryIO:
    """Open a plain file; opening a pipe would wait for its other end.

    Raises RunoutError, in words, where that can't be done.
    """
    try:
        if path.is_dir():
            raise RunoutError(f"{path}: is a folder, not a sound file")
        if path.exists() and not path.is_file():
            raise RunoutError(f"{path}: is a pipe or device, not a sound file")
        return path.open("rb")
    except FileNotFoundError as error:
        raise RunoutError(f"{path}: there is no such file") from error
    except PermissionError as error:
        raise RunoutError(f"{path}: may not be read by this user") from error
    except OSError as error:
        raise RunoutError(f"{path}: can't be read ({error.strerror})") from error


def _size(file: BinaryIO) -> int:
    """Bytes."""
    return os.fstat(file.fileno()).st_size
