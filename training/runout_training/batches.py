"""Batches of examples, for training and for the search of the network's shape."""

import keras
import numpy as np
import numpy.typing as npt

from runout.features.params import FeatureParams
from runout.model.card import Normalization
from runout_training.dataset import Examples
from runout_training.network import NetworkParams

_BATCH = 32


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Normalized segments, with the targets that a network of this shape has room to answer.

    With a seed they are shuffled, and left and right are swapped in half of the batches.
    """

    def __init__(
        self,
        examples: Examples,
        normalization: Normalization,
        params: NetworkParams,
        seed: int | None,
    ) -> None:
        super().__init__()
        self._features = examples.features
        self._normalization = normalization
        last = examples.targets.shape[1] - params.future
        self.targets = examples.targets[:, params.past : last]
        features = FeatureParams()
        self._walls = slice(2 * features.n_mfcc, 2 * features.n_mfcc + features.n_wall_impulse)
        self._seed = seed
        self._epoch = 0
        self._shuffle()

    def __len__(self) -> int:
        return -(-len(self._features) // _BATCH)

    def __getitem__(self, index: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int8]]:
        picked = self._order[index * _BATCH : (index + 1) * _BATCH]
        rows = self._normalization.apply(self._features[picked].astype(np.float32))
        if self._seed is not None and (index + self._epoch) % 2:
            walls = rows[:, :, self._walls]
            pairs = walls.reshape(*walls.shape[:2], -1, 2)
            rows[:, :, self._walls] = pairs[..., ::-1].reshape(walls.shape)
        return rows, self.targets[picked]

    def begin(self, epoch: int) -> None:
        """Shuffle as this epoch is shuffled, whether or not the run was cut before it."""
        self._epoch = epoch
        self._shuffle()

    def _shuffle(self) -> None:
        count = len(self._features)
        self._order = (
            np.arange(count)
            if self._seed is None
            else np.random.default_rng((self._seed, self._epoch)).permutation(count)
        )
