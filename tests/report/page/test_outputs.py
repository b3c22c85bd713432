from pathlib import Path

import pytest

from runout.errors import RunoutError, UsageError
from runout.report.page import outputs
from runout.report.page.outputs import Outputs, outputs_of, write

SOUND = Path("a/side.flac")


def test_nothing_wanted_needs_nothing(monkeypatch):
    monkeypatch.setattr(outputs, "find_spec", lambda _: None)
    assert outputs_of([SOUND, SOUND], None, None) == (Outputs(None, None),) * 2


@pytest.mark.parametrize("missing", ["jinja2", "matplotlib"])
def test_what_is_missing_is_named(monkeypatch, tmp_path, missing):
    monkeypatch.setattr(outputs, "find_spec", lambda name: None if name == missing else True)
    with pytest.raises(RunoutError, match=r"pip install -e '\.\[report\]' in") as raised:
        outputs_of([SOUND], tmp_path / "out.html", None)
    assert raised.value.exit_status == 1


def test_one_sound_goes_to_the_file_that_is_named(tmp_path):
    page, picture = tmp_path / "out.html", tmp_path / "out.png"
    assert outputs_of([SOUND], page, picture) == (Outputs(page, picture),)
    assert list(tmp_path.iterdir()) == []


def test_one_sound_goes_into_a_folder_that_is_there(tmp_path):
    assert outputs_of([SOUND], tmp_path, None) == (Outputs(tmp_path / "side.html", None),)


def test_several_sounds_go_into_a_folder_by_name(tmp_path):
    folder = tmp_path / "new" / "folder"
    sounds = [SOUND, Path("b/side.wav"), Path("b/other.wav")]
    found = outputs_of(sounds, folder, folder)
    names = ["side", "side-2", "other"]
    assert found == tuple(Outputs(folder / f"{n}.html", folder / f"{n}.png") for n in names)
    assert folder.is_dir()


def test_several_sounds_and_a_file_is_a_wrong_call(tmp_path):
    (tmp_path / "out.html").write_text("")
    with pytest.raises(UsageError, match="with several files it names a folder"):
        outputs_of([SOUND, SOUND], tmp_path / "out.html", None)


def test_a_folder_that_is_not_there_is_told_before_the_work(tmp_path):
    with pytest.raises(RunoutError, match="missing: can't be written to"):
        outputs_of([SOUND], tmp_path / "missing" / "out.html", None)


def test_a_device_is_not_replaced():
    with pytest.raises(RunoutError, match="device or pipe"):
        outputs_of([SOUND], Path("/dev/null"), None)


def test_the_record_itself_is_not_overwritten(tmp_path):
    sound = tmp_path / "side.flac"
    sound.write_bytes(b"sound")
    with pytest.raises(UsageError, match="the sound file itself"):
        outputs_of([sound], None, sound)


def test_page_and_picture_in_one_file_is_a_wrong_call(tmp_path):
    with pytest.raises(UsageError, match="can't both"):
        outputs_of([SOUND], tmp_path / "out", tmp_path / "out")


def test_written_whole(tmp_path):
    file = tmp_path / "out.html"
    write(file, b"old")
    write(file, b"new")
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(RunoutError, match="can't be written"):
        write(tmp_path / "missing" / "out.html", b"new")


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.html"
    link.symlink_to(tmp_path / "there" / "out.html")
    write(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "there" / "out.html").read_bytes() == b"new"
