"""Three sounds on which every form of a model must give the same answer."""

import numpy as np
import numpy.typing as npt

from runout.features.front_end import FrontEnd
from runout.model.card import Card

Array = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]

_SECONDS = 1.0
_SEED = 0


def sanity_windows(card: Card) -> dict[str, Wide]:
    """The first window of normalized rows, (cells, n_features), of silence, noise and a sine."""
    rate = card.features.sample_rate
    frames = round(_SECONDS * rate)
    noise = 0.1 * np.random.default_rng(_SEED).standard_normal((frames, 2))
    sine = 0.5 * np.sin(2.0 * np.pi * 1000.0 / rate * np.arange(frames))
    sounds = {
        "silence": np.zeros((frames, 2)),
        "noise": noise,
        "sine": np.repeat(sine[:, None], 2, axis=1),
    }
    return {name: _window(sound.astype(np.float32), card) for name, sound in sounds.items()}


def _window(sound: Array, card: Card) -> Wide:
    window = card.window
    front_end = FrontEnd(
        card.features.sample_rate, window.scored, window.past, window.future, card.features
    )
    rows = np.concatenate([step.features for step in front_end.feed(sound)])
    return card.normalization.apply(rows[: window.cells])
