"""Damaged sound files: heard as far as they go, or refused in one line, and soon."""

import json
import os
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import numpy as np
import soundfile

from faults.scale import times
from sounds import CLEAN, SHELLAC

FILES = times(2000, 120)
GRADED = times(200, 6)
"""So many of them through the whole of `runout grade`"""
LONGEST_S = 10.0
GROWTH_KB = 10_000

# A process of its own: what crashes in a decoder must not take the test with it.
HEAR = textwrap.dedent("""
    import json
    import sys
    import time
    from pathlib import Path

    from faults.damage import damaged
    from faults.scale import rss_kb
    from runout.errors import RunoutError
    from runout.grade_file import grade_file
    from runout.grading.table import load_table
    from runout.model.card import load_model
    from runout.source.file import FileSource

    first, end, graded = map(int, sys.argv[2:5])
    sounds = [Path(name) for name in sys.argv[5:]]
    whole = [sound.read_bytes() for sound in sounds]
    model, table = load_model(), load_table()
    for seed in range(first, end):
        kind = seed % len(sounds)
        path = Path(sys.argv[1], "damaged" + sounds[kind].suffix)
        path.write_bytes(damaged(whole[kind], seed))
        began_s, said = time.process_time(), None
        try:
            if seed < graded:
                grade_file(path, model, table, lambda share: None)
            else:
                for block in FileSource(path).blocks():
                    pass
        except RunoutError as error:
            said = str(error)
        took_s = time.process_time() - began_s
        print(json.dumps([seed, took_s, said, rss_kb()]), flush=True)
""")


def sounds(folder: Path) -> list[Path]:
    """Two seconds of real sound in each format, and two whole recordings."""
    sound, rate = soundfile.read(CLEAN, frames=88_200, dtype="float32", always_2d=True)
    made = []
    for name, subtype in (
        ("pcm16.wav", "PCM_16"),
        ("pcm24.wav", "PCM_24"),
        ("float.wav", "FLOAT"),
        ("flac.flac", "PCM_16"),
        ("vorbis.ogg", "VORBIS"),
        ("mp3.mp3", None),
        ("aiff.aiff", "PCM_16"),
    ):
        soundfile.write(folder / name, np.repeat(sound[:, :1], 2, axis=1), rate, subtype)
        made.append(folder / name)
    return [*made, CLEAN, SHELLAC]


def test_damaged_files_are_heard_or_refused_in_one_line(tmp_path: Path) -> None:
    names = [str(path) for path in sounds(tmp_path)]
    done: list[tuple[int, float, str | None, int]] = []
    crashes = []
    while len(done) + len(crashes) < FILES:
        first = len(done) + len(crashes)
        child = subprocess.run(
            [
                sys.executable,
                "-c",
                HEAR,
                str(tmp_path),
                str(first),
                str(FILES),
                str(GRADED),
                *names,
            ],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        )
        done += [json.loads(line) for line in child.stdout.splitlines()]
        if child.returncode != 0:
            crashes.append((len(done) + len(crashes), child.returncode, child.stderr[-2000:]))
            assert len(crashes) < 10, crashes
    words = Counter("heard" if said is None else _kind(said) for _, _, said, _ in done)
    slowest = max(done, key=lambda one: one[1])
    # The first tenth has graded, which loads most of what there is to load.
    settled = max(one[3] for one in done[: max(GRADED, FILES // 5)])
    growth_kb = done[-1][3] - settled
    print(f"{FILES} files: {dict(words)}; slowest {slowest[:2]}; grew {growth_kb} kB; {crashes=}")
    assert crashes == []
    assert slowest[1] < LONGEST_S
    assert growth_kb < GROWTH_KB
    assert all("\n" not in said and len(said) < 400 for _, _, said, _ in done if said is not None)
    assert len(words) > 3


def _kind(said: str) -> str:
    """The words of a refusal without the file and the figures."""
    return " ".join(said.partition(": ")[2].split()[:4])
