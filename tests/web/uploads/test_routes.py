import json
import subprocess
import sys

import pytest

from runout.web.uploads import line, uploads
from sounds import SHELLAC
from web.uploads.handing import (
    client_of,
    silent_flac,
    station,
    wait_for,
    worn,
    written,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with station(tmp_path_factory.mktemp("box") / "state", upload_mb=2) as running:
        yield running


@pytest.fixture(scope="module")
def client(made):
    with client_of(made) as one:
        yield one


@pytest.fixture(scope="module")
def wav(tmp_path_factory):
    return written(tmp_path_factory.mktemp("sound") / "worn.wav", worn())


def in_pieces(content, size=65_536):
    for start in range(0, len(content), size):
        yield content[start : start + size]


def test_the_page_s_process_loads_nothing_heavy():
    code = (
        "import sys; import runout.web.uploads.routes, runout.web.compat; "
        "print(*({'numpy', 'scipy', 'soundfile', 'matplotlib', 'PIL'} & sys.modules.keys()))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stdout.strip() == ""


def test_from_handing_in_to_hearing_it(made, client, wav):
    answer = client.post(
        "/api/uploads?name=Future%20Days.wav&source=microphone",
        content=in_pieces(wav.read_bytes()),
    )
    assert answer.status_code == 202
    job = answer.json()
    assert (job["state"], job["name"], job["source"]) == (
        "waiting",
        "Future Days.wav",
        "microphone",
    )
    at = f"/api/uploads/{job['id']}"
    wait_for(lambda: client.get(at).json()["state"] == "done")
    side = client.get(at).json()["side_id"]
    assert job["id"] in [one["id"] for one in client.get("/api/uploads").json()]

    whole = client.get(f"/api/sides/{side}/sound")
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.content == wav.read_bytes()
    part = client.get(f"/api/sides/{side}/sound", headers={"Range": "bytes=1000-1999"})
    assert part.status_code == 206
    assert part.content == wav.read_bytes()[1000:2000]
    assert part.headers["content-range"] == f"bytes 1000-1999/{wav.stat().st_size}"

    peaks = client.get(f"/api/sides/{side}/peaks").json()
    assert peaks["hop_s"] * len(peaks["left"]) / 2 == pytest.approx(3.0, abs=peaks["hop_s"])
    picture = client.get(f"/api/sides/{side}/spectrogram.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    report = client.get(f"/api/sides/{side}/report")
    assert "sandbox" in report.headers["content-security-policy"]
    assert "allow-same-origin" not in report.headers["content-security-policy"]
    assert "Future Days.wav" in report.text
    assert "Hear the worst of it" in report.text

    # Its sound goes, the side stays, and so does what can be drawn without.
    made.uploads.forget(side)
    for what in ("sound", "peaks", "spectrogram.png"):
        gone = client.get(f"/api/sides/{side}/{what}")
        assert gone.status_code == 404
        assert gone.json() == {"detail": "the sound of this side isn't kept"}
    report = client.get(f"/api/sides/{side}/report")
    assert report.status_code == 200
    assert "Future Days.wav" in report.text
    assert "Hear the worst of it" not in report.text

    assert client.delete(at).status_code == 204
    assert client.get(at).status_code == 404
    assert client.delete(at).status_code == 404


def test_what_is_told_to_viewers_is_the_job(made, client, wav):
    job = client.post("/api/uploads?name=a.wav", content=wav.read_bytes()).json()
    wait_for(lambda: made.uploads.job(job["id"]).over)
    told = [fields for _, fields in made.told if fields["id"] == job["id"]]
    assert told[0] == job
    assert told[-1] == client.get(f"/api/uploads/{job['id']}").json()


def test_grading_answers_the_contract_and_keeps_nothing(made, client, wav):
    sides = len(made.shelf.sides)
    raw = client.post("/api/grade?name=worn.wav", content=wav.read_bytes())
    form = client.post("/api/grade", files={"file": ("worn.wav", wav.read_bytes())})
    assert raw.status_code == form.status_code == 200
    assert raw.json() == form.json()
    assert raw.json()["file"] == "worn.wav"
    assert {"grade", "counts", "events", "measurements", "model"} <= raw.json().keys()
    assert raw.json()["counts"]["click"] >= 2
    assert len(made.shelf.sides) == sides
    assert not [*made.uploads.answer("x").parent.parent.parent.iterdir()]


def test_checking_is_grading_without_a_line(made, client, wav):
    graded = client.post("/api/grade?name=check", content=wav.read_bytes()).json()
    assert client.post("/api/check", content=wav.read_bytes()).json() == graded
    first = made.uploads.quick.pid
    assert client.post("/api/check", content=SHELLAC.read_bytes()).json()["counts"]["click"] > 300
    assert made.uploads.quick.pid == first


def test_a_check_is_short(client, tmp_path):
    long = client.post("/api/check", content=silent_flac(tmp_path / "a.flac", 2).read_bytes())
    assert long.status_code == 422
    assert long.json()["detail"] == "the sound is longer than 1 min, the most that it may be"


@pytest.mark.parametrize("path", ["/api/grade", "/api/check"])
def test_no_sound(client, path):
    answer = client.post(path, content=b"hello")
    assert answer.status_code == 422
    assert "isn't a sound file" in answer.json()["detail"]
    answer = client.post(path)
    assert answer.status_code == 422
    assert answer.json() == {"detail": "the file is empty (0 bytes)"}


@pytest.mark.parametrize("pieces", [lambda content: content, in_pieces])
def test_too_large(made, client, pieces):
    answer = client.post("/api/uploads", content=pieces(bytes(2_000_001)))
    assert answer.status_code == 413
    assert answer.json() == {"detail": "the file is larger than the 2 MB that it may be"}
    form = client.post("/api/grade", files={"file": ("a.wav", bytes(2_000_001))})
    assert form.status_code == 413
    assert not [*made.uploads._incoming.iterdir()]


def test_a_full_disk(client, monkeypatch):
    monkeypatch.setattr("runout.web.uploads.room.FLOOR_BYTES", 1 << 60)
    answer = client.post("/api/uploads", content=b"12345678")
    assert answer.status_code == 507
    assert answer.json() == {"detail": "too little room is left on the disk to take the file"}


def test_a_disk_that_fills_up_on_the_way(made, client, monkeypatch):
    answers = iter([True, False])
    monkeypatch.setattr("runout.web.uploads.reception.has_room", lambda *_: next(answers))
    answer = client.post("/api/uploads", content=in_pieces(bytes(1_900_000)))
    assert answer.status_code == 507
    assert not [*made.uploads._incoming.iterdir()]


def test_too_many(client, monkeypatch):
    monkeypatch.setattr(line, "MOST_WAITING", 0)
    answer = client.post("/api/uploads", content=b"12345678")
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("too many files wait")


def test_too_many_at_once(made, client):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made.uploads, "_arriving", uploads.threading.BoundedSemaphore(1))
        with made.uploads.arriving():
            answer = client.post("/api/uploads", content=b"12345678")
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("too many files arrive")


@pytest.mark.parametrize("side", ["..", "nobody", "%2e%2e%2f%2e%2e", "a" * 300, "a%00b"])
def test_sides_that_are_none(client, side):
    for what in ("sound", "peaks", "spectrogram.png", "report"):
        assert client.get(f"/api/sides/{side}/{what}").status_code == 404


def test_an_old_side_of_the_ear_has_a_report(made, client, wav):
    fields = json.loads(client.post("/api/grade?name=x", content=wav.read_bytes()).content)
    del fields["file"]
    fields |= {
        "side_id": "s1",
        "started_at": "2025-03-09T20:15:00.000Z",
        "label": {"artist": "Can", "title": "<b>Future Days", "side": "A"},
    }
    made.shelf.add(json.dumps(fields).encode(), "ear", "")
    report = client.get("/api/sides/s1/report")
    assert report.status_code == 200
    assert "Can – &lt;b&gt;Future Days, side A" in report.text
