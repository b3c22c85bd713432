import hashlib
import json

import numpy as np
import pytest
import soundfile

from runout.errors import RunoutError
from runout_training.corpus import machines, notes
from runout_training.corpus.manifest import write
from runout_training.corpus.packages import DRUMS, ELECTRONIC_DRUMS, MUSIC, SCORES, SOUNDFONT
from runout_training.corpus.tracks import RENDERS

RATE = 8_000
COPYRIGHT = "Format: x\n\nFiles: *\nLicense: GPL-2+\n\nFiles: kits/GMRockKit/*\nLicense: CC0\n"


@pytest.fixture
def cache(tmp_path):
    """One file of each kind, with the packages that they are from."""
    packages = tmp_path / "packages"
    made = (*RENDERS, notes.FOLDER, machines.FOLDER)
    for package in (*MUSIC, *DRUMS, ELECTRONIC_DRUMS, SOUNDFONT, *SCORES, *made):
        (packages / package).mkdir(parents=True)
        (packages / package / "VERSION").write_text("1.0-2\n")
        if package not in made:
            doc = packages / package / "usr" / "share" / "doc" / package
            doc.mkdir(parents=True)
            (doc / "copyright").write_text(COPYRIGHT)
    words = "I hereby release Fluid under the MIT license"
    (packages / SOUNDFONT / "usr/share/doc" / SOUNDFONT / "copyright").write_text(words)
    noise = 0.1 * np.random.default_rng(0).standard_normal(32 * RATE)
    soundfile.write(packages / "ufoai-music" / "song.ogg", noise, RATE)
    soundfile.write(packages / RENDERS[0] / "piece.flac", noise, RATE)
    for name in (DRUMS[0] + "/x/kits/GMRockKit", machines.FOLDER + "/tr808"):
        (packages / name).mkdir(parents=True)
        soundfile.write(packages / name / "snare.flac", noise[:4000], RATE)
    for instrument in notes.INSTRUMENTS:
        soundfile.write(packages / notes.FOLDER / f"{instrument.name}.flac", noise[:100], RATE)
    return tmp_path


def test_every_file_is_a_row_with_its_origin_and_licence(cache):
    count = write(cache, cache / "manifest.jsonl")
    rows = [json.loads(line) for line in (cache / "manifest.jsonl").read_text().splitlines()]
    assert len(rows) == count == 4 + len(notes.INSTRUMENTS)
    licences = {row["kind"]: row["licence"] for row in rows}
    assert licences == {
        "music": "GPL-2+",
        "render": "GPL-2+ and MIT",
        "drums": "CC0",
        "machine": "GPL-2+",
        "notes": "MIT",
    }
    (drum,) = (row for row in rows if row["kind"] == "drums")
    content = (cache / "packages" / drum["package"] / drum["file"]).read_bytes()
    assert drum["sha256"] == hashlib.sha256(content).hexdigest()
    assert (drum["version"], drum["seconds"], drum["split"]) == ("1.0-2", 0.5, "train")


def test_a_file_of_no_known_licence_is_refused(cache):
    path = cache / "packages" / "ufoai-music" / "usr/share/doc/ufoai-music/copyright"
    path.unlink()
    with pytest.raises(RunoutError, match=r"no licence is known for song\.ogg"):
        write(cache, cache / "manifest.jsonl")
