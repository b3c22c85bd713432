import numpy as np

from runout.model.card import load_model
from runout_training.corpus.drums import Drums
from runout_training.corpus.negatives import Negatives
from runout_training.corpus.tracks import Music
from runout_training.evaluation.sets import Case
from runout_training.mix import Mixer, Recipe
from runout_training.programmes import Programmes
from runout_training.report.report import report


def test_the_shipped_model_has_all_its_pictures(tmp_path):
    # Synthetic programmes need no music, so no packages are fetched here.
    corpus = (kind(tmp_path, "test") for kind in (Music, Drums, Negatives))
    mixer = Mixer(Programmes(*corpus))
    recipe = Recipe(3.0, (2.0, 10.0), over_db=(15.0, 30.0), programme="synthetic")
    cases = [
        Case("busy", f"synthetic {seed}", mixer.mix(np.random.default_rng(seed), recipe))
        for seed in range(3)
    ]
    history = tmp_path / "history.csv"
    history.write_text("epoch,loss,val_loss\n0,0.5,0.4\n1,0.3,0.35\n")
    paths = report(tmp_path / "pictures", load_model(), cases, history)
    names = "training confusion precision-recall recall-by-level reliability importance"
    assert [path.name for path in paths] == [f"ear-{name}.png" for name in names.split()]
    assert all(path.stat().st_size > 10_000 for path in paths)
    assert len(report(tmp_path / "fewer", load_model(), cases)) == 5
