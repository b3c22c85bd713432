"""An opinion model's card that goes with the ear that is shipped."""

from runout.model.card import Normalization, load_model
from runout.opinion.card import OpinionCard
from runout.opinion.vector import fingerprint, names

EAR = load_model()
MEASURES = ("clicks_per_min", "skips")
FEATURES = names(EAR.card.features.n_features, EAR.card.classes, MEASURES)
CARD = OpinionCard(
    name="opinion",
    sha256="",
    ear_sha256=EAR.card.sha256,
    classes=("NM", "VG+", "G"),
    measures=MEASURES,
    features=FEATURES,
    features_sha256=fingerprint(FEATURES),
    normalization=Normalization((1.0,) * len(FEATURES), (2.0,) * len(FEATURES), 4.0),
    sides=120,
    records=61,
    measured={"seed": 1},
)
