"""The command as a person calls it: its output, its lines on stderr, its exit status."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from runout.cli import main
from runout.grading.grade import LABELS
from sounds import CLEAN, HISS, SHELLAC, noise, real_music, sine, with_clicks


def write(path, sound, rate=44_100, **options):
    soundfile.write(path, sound, rate, **options)
    return path


def grade(capsys, *files):
    """Exit status, JSON lines and lines on stderr of `runout grade --json`."""
    status = main(["grade", "--json", *map(str, files)])
    captured = capsys.readouterr()
    return status, [json.loads(line) for line in captured.out.splitlines()], captured.err


def test_the_contract_of_grade(capsys):
    status, (line,), errors = grade(capsys, SHELLAC)
    assert status == 0
    assert errors == ""
    assert set(line) == {
        "file",
        "duration_s",
        "sample_rate",
        "rpm",
        "grade",
        "counts",
        "measurements",
        "events",
        "model",
        "parts",
        "tracks",
    }
    assert line["file"] == str(SHELLAC)
    assert line["duration_s"] == pytest.approx(10.0, abs=0.001)
    assert line["sample_rate"] == 48_000
    assert line["grade"]["scale"] == "goldmine"
    assert line["grade"]["label"] in LABELS
    assert sum(line["grade"]["probabilities"].values()) == pytest.approx(1.0, abs=0.01)
    assert {row["measure"] for row in line["grade"]["evidence"]} >= {
        "audible_clicks_per_min",
        "audible_crackle_percent",
    }
    assert set(line["model"]) == {"name", "version", "sha256"}
    for event in line["events"]:
        assert {"id", "time_s", "duration_s", "kind", "channel", "peak_db", "confidence"} < set(
            event
        )
        assert 0.0 <= event["time_s"] <= 10.0
        assert event["channel"] in ("left", "right", "both")
    assert len({event["id"] for event in line["events"]}) == len(line["events"])
    assert [event["time_s"] for event in line["events"]] == sorted(
        event["time_s"] for event in line["events"]
    )
    counted = {kind: count for kind, count in line["counts"].items() if count}
    kinds = [event["kind"] for event in line["events"]]
    assert counted == {kind: kinds.count(kind) for kind in set(kinds)}


def test_a_worn_shellac_is_heard_as_one(capsys):
    _, (line,), _ = grade(capsys, SHELLAC)
    assert line["grade"]["label"] in ("G+", "G")
    assert "crackle" in line["grade"]["limited_by"]
    (first, *_) = (event for event in line["events"] if event["kind"] == "crackle")
    members = [event for event in line["events"] if event["part_of"] == first["id"]]
    assert len(members) >= 20
    assert first["rate_per_s"] >= 10.0


def test_a_clean_recording_is_near_mint(capsys):
    status, (line,), _ = grade(capsys, CLEAN)
    assert status == 0
    assert (line["grade"]["label"], line["events"]) == ("NM", [])


def test_a_groove_without_music_is_heard_and_not_graded(capsys):
    status, (line,), err = grade(capsys, HISS)
    assert status == 1
    assert "not graded: no music was heard" in err
    assert (line["grade"]["label"], line["grade"]["limited_by"]) == (None, "no music was heard")
    assert line["counts"]["click"] >= 20
    assert line["tracks"] == []


def test_a_side_with_thousands_of_clicks_in_words(tmp_path, capsys):
    shellac, rate = soundfile.read(SHELLAC)
    path = write(tmp_path / "long.wav", np.tile(shellac, (7, 1)), rate)
    assert main(["grade", str(path)]) == 0
    words = capsys.readouterr().out
    assert re.search(r" \d,\d{3} clicks", words.split("heard in all:")[1])


def test_a_full_disk_is_one_line():
    done = subprocess.run(
        f"{sys.executable} -m runout grade --json {CLEAN} > /dev/full",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "runout: writing the output failed: No space left on device\n"


def test_in_words(capsys):
    assert main(["grade", str(SHELLAC)]) == 0
    words = capsys.readouterr().out
    assert "a play grade on the Goldmine scale" in words
    assert re.search(r" G\+?: crackle", words)
    assert "clicks per min" in words


def test_a_table_of_choice(tmp_path, capsys):
    assert main(["grade", "--json", "--table", "discogs", str(CLEAN)]) == 0
    told = json.loads(capsys.readouterr().out)["grade"]
    assert (told["scale"], told["name"]) == ("discogs", "Near Mint (NM or M-)")
    config = tmp_path / "runout.toml"
    config.write_text('[grade]\ntable = "discogs"\n', encoding="utf-8")
    assert main(["grade", "--json", "--config", str(config), str(CLEAN)]) == 0
    assert json.loads(capsys.readouterr().out)["grade"] == told
    assert main(["grade", "--table", "gold", str(CLEAN)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("runout: no grade table 'gold': allowed are discogs, goldmine, ")
    assert printed.err.count("\n") == 1


@pytest.fixture
def bad(tmp_path):
    """A bad file by name."""
    healthy = real_music(3.0)
    flac = write(tmp_path / "whole.flac", healthy)
    (tmp_path / "cut.flac").write_bytes(flac.read_bytes()[: flac.stat().st_size // 2])
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "text.wav").write_text("I am not a sound\n" * 100)
    write(tmp_path / "none.wav", healthy[:0])
    write(tmp_path / "eight.wav", np.zeros((1000, 8), np.float32))
    write(tmp_path / "slow.wav", noise(3.0, rate=8_000), 8_000)
    broken = healthy.copy()
    broken[50_000, 0] = np.nan
    write(tmp_path / "nan.wav", broken, subtype="FLOAT")
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        "missing.wav",
        "folder.wav",
        "empty.wav",
        "text.wav",
        "none.wav",
        "eight.wav",
        "slow.wav",
        "nan.wav",
        "cut.flac",
    ],
)
def test_a_bad_file_is_one_clear_line_and_status_1(bad, capsys, name):
    status, lines, errors = grade(capsys, bad / name)
    assert (status, lines) == (1, [])
    assert len(errors.splitlines()) == 1
    assert errors.startswith("runout: ")
    assert name in errors


def test_a_bad_file_does_not_keep_the_others_from_being_graded(bad, capsys):
    status, lines, errors = grade(capsys, bad / "text.wav", CLEAN, bad / "missing.wav")
    assert status == 1
    assert [line["file"] for line in lines] == [str(CLEAN)]
    assert len(errors.splitlines()) == 2


@pytest.mark.parametrize(
    ("sound", "reason"),
    [
        (np.zeros((8 * 44_100, 2), np.float32), "no music was heard"),
        (np.sign(sine(8.0, hertz=220.5)), "clipped"),
        (real_music(3.0), "only "),
    ],
    ids=["silence", "full-scale square", "short"],
)
def test_a_withheld_grade_says_why_and_is_status_1(tmp_path, capsys, sound, reason):
    status, (line,), errors = grade(capsys, write(tmp_path / "side.wav", sound, subtype="FLOAT"))
    assert status == 1
    assert line["grade"]["label"] is None
    assert reason in line["grade"]["limited_by"]
    assert reason in errors
    assert len(errors.splitlines()) == 1


def test_at_22_khz_a_grade_is_withheld_rather_than_too_good(tmp_path, capsys):
    path = write(tmp_path / "side.wav", real_music(8.0)[::2], 22_050)
    status, (line,), errors = grade(capsys, path)
    assert (status, line["grade"]["label"]) == (1, None)
    assert "sampled at 22050 Hz" in errors


def test_three_seconds_full_of_clicks(tmp_path, capsys):
    places = list(np.arange(0.05, 2.98, 0.1))
    # At half the level: full scale would cut the clicks down to the size of the music's peaks.
    path = write(tmp_path / "clicks.flac", 0.5 * with_clicks(real_music(3.0), places, over=12))
    _, (line,), _ = grade(capsys, path)
    times = np.array([event["time_s"] for event in line["events"] if event["kind"] == "click"])
    assert len(times) == len(places)
    assert np.abs(times - places).max() < 0.003


@pytest.mark.parametrize("arguments", [[], ["grade"], ["sing"], ["listen", "--pace"]])
def test_a_wrong_call_is_status_2(arguments, capsys):
    try:
        status = main(arguments)
    except SystemExit as exit_:
        status = exit_.code
    assert status == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("broker", ["nowhere", "host:", ":1883", "host:port", "host:99999"])
def test_a_wrong_broker_is_status_2(broker, capsys):
    assert main(["listen", "--file", str(CLEAN), "--broker", broker]) == 2
    assert "expected HOST:PORT" in capsys.readouterr().err


def test_a_file_for_nobody_to_hear_of_is_status_2(tmp_path, capsys):
    settings = tmp_path / "runout.toml"
    settings.write_text('[mqtt]\nhost = ""\n')
    call = ["listen", "--config", str(settings), "--service", "--file", str(CLEAN)]
    assert main(call) == 2
    assert "nobody would hear of the file; give --broker HOST:PORT" in capsys.readouterr().err


def test_a_reader_that_has_had_enough_is_no_traceback():
    done = subprocess.run(
        f"{sys.executable} -m runout grade --json {CLEAN} {SHELLAC} {HISS} | head -c 10",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
