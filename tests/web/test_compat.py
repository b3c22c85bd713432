import subprocess
import sys

import pytest

from web.predecessors.made import CENTROID, forest, machine, put
from web.uploads.handing import client_of, station, worn, written


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    with station(tmp_path_factory.mktemp("box") / "state") as made:
        yield made


@pytest.fixture(scope="module")
def client(box):
    with client_of(box) as one:
        yield one


@pytest.fixture
def models(box):
    """The folder of models, emptied afterwards."""
    yield box.uploads.models
    for path in box.uploads.models.iterdir():
        path.unlink()


def asked(client, path, model="cnn"):
    return client.post(f"/analyze/{model}", files={"file": (path.name, path.read_bytes())})


def test_seconds_with_clicks(client, tmp_path):
    answer = asked(client, written(tmp_path / "a.wav", worn(4.0, (0.7, 2.4, 3.8))))
    assert answer.status_code == 200
    found = answer.json()
    assert (found["status"], found["total"]) == ("scratch_detected", 3)
    assert [one["second"] for one in found["seconds"]] == [0.0, 2.0, 3.0]
    assert all(0.5 < one["probability"] <= 1.0 for one in found["seconds"])
    assert all(one.keys() == {"second", "probability"} for one in found["seconds"])


def test_a_clean_file(client, tmp_path):
    answer = asked(client, written(tmp_path / "a.wav", worn(4.0, ())))
    assert answer.json() == {"status": "clean", "total": 0, "seconds": []}


def test_what_is_no_sound(client, tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"hello")
    answer = asked(client, path)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("a.wav: isn't a sound file")


def test_models_that_are_not_there(client):
    for model, words in (("rf", "Random Forest"), ("svm", "SVM"), ("mert", "MERT")):
        answer = client.post(f"/analyze/{model}", files={"file": ("a.wav", b"1")})
        assert answer.status_code == 501
        assert words in answer.json()["detail"]
    assert client.post("/analyze/other").status_code == 422


def test_a_predecessors_model_that_is_installed(client, models, tmp_path):
    path = written(tmp_path / "a.wav", worn(4.4, ()))
    # Of all music the centroid is above 1 Hz, and of none above 8 kHz.
    put(models, "rf", forest(1.0, CENTROID))
    answer = asked(client, path, "rf")
    assert answer.status_code == 200
    windows = [{"second": second, "probability": 0.85} for second in (0.0, 1.0, 1.4)]
    assert answer.json() == {"status": "scratch_detected", "total": 3, "seconds": windows}
    put(models, "rf", forest(8000.0, CENTROID))
    assert asked(client, path, "rf").json() == {"status": "clean", "total": 0, "seconds": []}
    assert asked(client, path, "svm").status_code == 501
    put(models, "svm", machine())
    assert asked(client, path, "svm").json()["status"] == "clean"


def test_what_is_no_sound_for_a_predecessors_model(client, models, tmp_path):
    put(models, "svm", machine())
    path = tmp_path / "a.wav"
    path.write_bytes(b"hello")
    answer = asked(client, path, "svm")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("a.wav: isn't a sound file")


def test_a_model_that_is_damaged_is_said_and_can_be_put_right(client, models, tmp_path):
    path = written(tmp_path / "a.wav", worn(1.0, ()))
    model = put(models, "rf", forest(1.0, CENTROID))
    whole = model.read_bytes()
    model.write_bytes(whole[:-100])
    answer = asked(client, path, "rf")
    assert answer.status_code == 500
    assert answer.json()["detail"] == (
        "the Random Forest model that is installed here can't be used: "
        "rf.npz is damaged: it is no whole .npz file"
    )
    model.write_bytes(whole)
    assert asked(client, path, "rf").status_code == 200


def test_the_pages_own_process_reads_in_no_numbers():
    code = "import sys, runout.web.compat; print(sorted({'numpy', 'scipy'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
