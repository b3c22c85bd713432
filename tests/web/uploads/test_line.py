import json
import os
from dataclasses import replace
from itertools import count

import pytest

from runout.web.uploads import line
from runout.web.uploads.line import WaitingLine


@pytest.fixture
def opened(tmp_path):
    """A line over the same folder each time, as after a restart."""
    (tmp_path / "jobs").mkdir()
    return lambda: WaitingLine(tmp_path / "jobs", lambda *_: None)


@pytest.fixture
def sound(tmp_path):
    path = tmp_path / "sound"
    path.write_bytes(b"RIFF")
    return path


def taken_up(opened, became_a_side=lambda _: False):
    taken = opened()
    taken.take_up(became_a_side)
    return taken


def test_files_keep_their_places_over_a_restart(tmp_path, opened, monkeypatch):
    moments = count()
    monkeypatch.setattr(line, "iso_utc", lambda _: f"2025-01-31T20:15:{next(moments):02}.000Z")
    first = opened()
    for number in range(12):
        path = tmp_path / "sound"
        path.write_bytes(b"RIFF")
        first.add(path, f"{number}.flac", "upload", "upload")
    again = taken_up(opened)
    assert [job.name for job in again.listed()] == [f"{number}.flac" for number in range(12)]
    assert again.next().name == "0.flac"


def test_a_job_that_cannot_be_written_stays_as_it_was(opened, sound, monkeypatch):
    first = opened()
    job = first.add(sound, "a.flac", "upload", "upload")

    def broken(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="No space"):
        first.write(replace(job, state="working"))
    assert taken_up(opened).listed() == [job]


def test_sound_and_job_are_on_the_disk_before_it_is_said(tmp_path, opened, sound, monkeypatch):
    written = []
    fsync = os.fsync

    def noted(file):
        fsync(file)
        written.append(os.fstat(file).st_ino)

    monkeypatch.setattr(os, "fsync", noted)
    job = opened().add(sound, "a.flac", "upload", "upload")
    folder = tmp_path / "jobs" / job.id
    assert written == [(folder / name).stat().st_ino for name in ("sound", "job.json")]


def test_what_was_worked_on_failed_unless_it_is_a_side(tmp_path, opened):
    first = opened()
    jobs = []
    for name in ("kept.flac", "broken.flac"):
        path = tmp_path / "sound"
        path.write_bytes(b"RIFF")
        jobs.append(first.add(path, name, "upload", "upload"))
        first.write(replace(jobs[-1], state="working"))
    again = taken_up(opened, lambda job_id: job_id == jobs[0].id)
    kept, broken = (again.get(job.id) for job in jobs)
    assert (kept.state, kept.side_id, kept.error) == ("done", kept.id, None)
    assert (broken.state, broken.side_id) == ("failed", None)
    assert "broken.flac: the station was stopped" in broken.error
    assert not [*(tmp_path / "jobs").iterdir()]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"id": "a"}'])
def test_a_folder_without_a_job_goes(tmp_path, opened, content):
    folder = tmp_path / "jobs" / "a"
    folder.mkdir()
    (folder / "job.json").write_text(content)
    assert not taken_up(opened).listed()
    assert not folder.exists()


def test_a_job_in_a_strange_folder_is_none(tmp_path, opened, sound):
    job = opened().add(sound, "a.flac", "upload", "upload")
    (tmp_path / "jobs" / job.id).rename(tmp_path / "jobs" / "b")
    assert json.loads((tmp_path / "jobs/b/job.json").read_text())["id"] == job.id
    assert not taken_up(opened).listed()
    assert not [*(tmp_path / "jobs").iterdir()]
