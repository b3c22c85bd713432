"""`runout measure` over files."""

import json

import numpy as np
import pytest
import soundfile

from runout.cli import main
from runout.measure.test_record import measure_file
from sounds import CLEAN
from tones import RATE, tone

WOW = [(100 / 180 * 1.003, 0.15, 0.5), (4.0, 0.1, 0.0)]
PARTS = [
    np.zeros((2, 44_100), np.float32),
    tone(6.0, 1003.0, WOW, 44_100, left=0.25, right=0.25 * 10 ** (-26 / 20)),
    tone(6.0, 1003.0, WOW, 44_100, left=0.25 * 10 ** (-23 / 20), right=0.25),
    np.zeros((2, 44_100), np.float32),
    tone(20.0, 3150.0 * 1.003, WOW, 44_100, right=0.45),
]


@pytest.fixture(scope="module")
def side(tmp_path_factory):
    path = tmp_path_factory.mktemp("test-record") / "side.flac"
    soundfile.write(path, np.concatenate(PARTS, axis=1).T, 44_100)
    return path


def measure(capsys, *arguments):
    status = main(["measure", *map(str, arguments)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_whole_record(side):
    shares = []
    record = measure_file(side, shares.append)
    assert shares[-1] == 1.0
    assert record.duration_s == pytest.approx(34.0)
    assert record.sample_rate == 44_100
    assert [tone.channel for tone in record.tones] == ["left", "right", "both"]
    best = record.speed_tone
    assert best.nominal_hz == 3150.0
    assert best.speed.error_percent == pytest.approx(0.3, abs=0.01)
    assert best.hertz == pytest.approx(3159.45, abs=0.1)
    assert best.eccentricity.size_percent == pytest.approx(0.15, abs=0.003)
    assert best.wow.weighted_percent == pytest.approx(0.135, abs=0.03)
    assert best.left_dbfs == pytest.approx(-6.02, abs=0.05)
    assert [(one.driven, round(one.separation_db)) for one in record.separations] == [
        ("left", 26),
        ("right", 23),
    ]
    assert record.polarity.same
    assert record.polarity.balance_db == pytest.approx(20 * np.log10(0.5 / 0.45), abs=0.02)


def test_json(capsys, side):
    status, out, err = measure(capsys, "--json", "--radius", 100, side)
    (line,) = map(json.loads, out.splitlines())
    assert (status, err, line["file"], line["sample_rate"]) == (0, "", str(side), 44_100)
    assert [tone["nominal_hz"] for tone in line["tones"]] == [1000.0, 1000.0, 3150.0]
    figures = line["measurements"]
    assert figures["speed_error_percent"] == pytest.approx(0.3, abs=0.01)
    assert figures["off_centre_mm"] == pytest.approx(0.15, abs=0.003)
    assert figures["separation_from_left_db"] == pytest.approx(26.0, abs=0.1)
    assert figures["separation_from_right_db"] == pytest.approx(23.0, abs=0.1)
    assert figures["polarity_same"] is True
    assert figures["eccentricity_rpm"] == pytest.approx(33.433, abs=0.1)


def test_in_words(capsys, side):
    status, out, err = measure(capsys, side)
    assert (status, err) == (0, "")
    assert "3150 Hz tone in both channels" in out
    assert "1000 Hz tone in the left channel" in out
    rows = {line[4:30].strip(): line[30:].split() for line in out.splitlines()}
    assert float(rows["speed error"][0]) == pytest.approx(0.3, abs=0.01)
    assert rows["speed error"][2:4] == ["too", "fast;"]
    assert float(rows["once a turn"][0]) == pytest.approx(0.15, abs=0.003)
    assert rows["off centre"][0] == "0.09-0.22"
    assert float(rows["separation, left to right"][0]) == pytest.approx(26.0, abs=0.1)


@pytest.mark.parametrize(("seconds", "missing"), [(6.0, "wow and flutter"), (5.0, "once a turn")])
def test_a_short_tone_says_what_it_is_too_short_for(tmp_path, capsys, seconds, missing):
    path = tmp_path / "short.wav"
    soundfile.write(path, tone(seconds, rate=44_100).T, 44_100)
    status, out, _ = measure(capsys, path)
    (line,) = (line for line in out.splitlines() if line.startswith(f"    {missing} "))
    assert status == 0
    assert "takes" in line


def test_music_has_no_test_tone(capsys, side):
    status, out, err = measure(capsys, "--json", CLEAN, side, "missing.wav")
    assert status == 1
    assert [json.loads(line)["file"] for line in out.splitlines()] == [str(side)]
    assert err.splitlines() == [
        f"runout: {CLEAN}: no steady test tone of 1000, 3000 or 3150 Hz is heard for 4 s or longer",
        "runout: missing.wav: there is no such file",
    ]


def test_a_mono_file(tmp_path, capsys):
    path = tmp_path / "mono.wav"
    soundfile.write(path, tone(10.0, 4000.0)[0], RATE)
    assert measure(capsys, path)[0] == 1
    status, out, _ = measure(capsys, "--json", "--tone", 4000, path)
    assert status == 0
    figures = json.loads(out)["measurements"]
    assert not {"polarity_same", "phase_deg", "balance_db"} & figures.keys()
    assert "polarity" not in measure(capsys, "--tone", 4000, path)[1]


def test_a_channel_of_zeros_has_no_level_and_the_next_file_is_measured(tmp_path, capsys, side):
    path = tmp_path / "left.wav"
    soundfile.write(path, tone(8.0, right=0.0, noise_db=None).T, RATE)
    status, out, err = measure(capsys, "--json", path, side)
    first, second = map(json.loads, out.splitlines())
    assert (status, err, second["file"]) == (0, "", str(side))
    (one,) = first["tones"]
    assert one["right_dbfs"] is None
    assert one["left_dbfs"] == pytest.approx(-6.02, abs=0.05)
    assert "separation_from_left_db" not in first["measurements"]


@pytest.mark.parametrize(
    ("level", "clips"), [(0.5, False), (0.98, False), (1.05, True), (1.5, True)]
)
def test_a_clipped_tone_is_told(tmp_path, capsys, level, clips):
    path = tmp_path / "loud.wav"
    sound = np.clip(tone(8.0, left=level, right=0.9 * level, noise_db=None), -1.0, 1.0)
    soundfile.write(path, sound.T, RATE)
    _, out, _ = measure(capsys, path)
    assert ("the input clips" in out) is clips
    _, out, _ = measure(capsys, "--json", path)
    assert json.loads(out)["measurements"]["clipped"] is clips


def test_a_speed_that_is_right(tmp_path, capsys):
    path = tmp_path / "right.wav"
    soundfile.write(path, tone(8.0, 3150.0 * (1 - 1e-6), right=0.4, noise_db=None).T, RATE)
    _, out, _ = measure(capsys, path)
    (line,) = (line for line in out.splitlines() if "speed error" in line)
    assert line.split()[2:5] == ["+0.000", "%", "right;"]


def test_the_speed_that_one_names_is_looked_for(tmp_path, capsys):
    path = tmp_path / "both.wav"
    both = [(100 / 180, 0.2, 0.5), (0.75, 0.2, 1.0)]
    soundfile.write(path, tone(20.0, 3150.0, both, right=0.4).T, RATE)
    told = []
    for named in ([], ["--rpm", 45]):
        _, out, _ = measure(capsys, "--json", *named, path)
        told.append(json.loads(out)["measurements"]["eccentricity_rpm"])
    assert told == pytest.approx([33.33, 45.0], abs=0.1)


@pytest.mark.parametrize(
    ("option", "allowed"),
    [
        (["--tone", "50"], "800 to 8000 Hz"),
        (["--radius", "0"], "more than 0 and up to 200 mm"),
        (["--radius", "nan"], "more than 0 and up to 200 mm"),
        (["--rpm", "-1"], "16 to 100"),
    ],
)
def test_a_wrong_call_is_status_2(capsys, option, allowed, side):
    status, _, err = measure(capsys, *option, side)
    assert status == 2
    assert err.startswith(f"runout: {option[0]}")
    assert allowed in err
