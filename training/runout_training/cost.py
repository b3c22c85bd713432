"""What a network costs on the box, told before it is trained."""

import keras
import numpy as np

from runout.features.params import FeatureParams
from runout_training.dataset import STEP


def macs_per_s(model: keras.Model) -> float:
    """Multiply-accumulates a second of sound, of a network for windows of one size.

    A layer with a kernel does all of it at every cell that it gives out; a window gives `STEP`
    scored cells, its context being worked out anew each time.
    """
    macs = 0
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            cells = layer.output.shape[1]
            if cells is None:
                raise ValueError("the cost of windows of any size can't be told")
            macs += cells * int(np.prod(layer.kernel.shape))
    return float(macs / (STEP * FeatureParams().cell_s))
