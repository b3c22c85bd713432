"""What the shipped model was made from, by hash."""

import csv
import hashlib
import io
from collections import defaultdict

from runout.model.card import load_model
from runout_training.cli import _MODELS
from runout_training.make_model import CORPUS

TEXT = (_MODELS / CORPUS).read_text(encoding="utf-8")
ROWS = list(csv.DictReader(io.StringIO(TEXT)))


def test_the_card_vouches_for_the_list_of_files():
    training = load_model(folder=_MODELS).card.training
    assert training["corpus_sha256"] == hashlib.sha256(TEXT.encode()).hexdigest()
    assert training["files"] == sum(row["split"] == "train" for row in ROWS)


def test_nothing_that_was_tested_on_was_trained_on():
    splits = defaultdict(set)
    for row in ROWS:
        splits[row["sha256"]].add(row["split"])
    assert {row["split"] for row in ROWS} == {"train", "validation", "test"}
    assert [digest for digest, of in splits.items() if len(of) > 1] == []


def test_every_file_has_a_licence():
    assert all(row["licence"] for row in ROWS)
