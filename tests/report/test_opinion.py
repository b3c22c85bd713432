import json

from runout.opinion.opinion import Opinion
from runout.report.opinion import opinion_fields, opinion_words
from runout.report.payload import Payload

OPINION = Opinion("VG", 1.9876, {"VG+": 0.23456, "VG": 0.76544}, "opinion", 1120, 561)


def test_in_json():
    assert opinion_fields(OPINION) == {
        "label": "VG",
        "index": 1.99,
        "probabilities": {"VG+": 0.235, "VG": 0.765},
        "name": "opinion",
        "sides": 1120,
        "records": 561,
    }
    json.dumps(opinion_fields(OPINION), allow_nan=False)


def test_in_words():
    words = opinion_words(Payload(opinion_fields(OPINION)))
    assert words == "second opinion: VG (trained on 1,120 sides of yours)"
