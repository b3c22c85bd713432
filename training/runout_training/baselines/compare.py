"""The table of windows: trains the predecessors' systems and judges all on the test split."""

from pathlib import Path

from tqdm import tqdm

from runout.model.card import Model
from runout_training.baselines import systems
from runout_training.baselines.judge import (
    WindowDetector,
    WindowRow,
    by_windows,
    judge,
    runout_by_windows,
)
from runout_training.evaluation.evaluate import every_second, peers
from runout_training.evaluation.sets import cases


def compare(cache: Path, models: dict[str, Model], seed: int = 1) -> list[WindowRow]:
    """Our models by name, the peers that are installed and the predecessors, on one test set."""
    detectors: dict[str, WindowDetector] = {
        name: runout_by_windows(model) for name, model in models.items()
    }
    for name, (version, peer) in peers().items():
        detectors[name] = by_windows(peer, version, cache)
    detectors |= systems.train(cache, seed)
    # Half of the files for everyone, for the sake of the peer that takes a second for a second.
    held_out = every_second(list(tqdm(cases(cache, "test"), desc="mixing test", unit="file")))
    return judge(detectors, held_out)
