import numpy as np
import pytest

from runout.features.prediction import prediction_error, predictor

RNG = np.random.default_rng(7)


def resonant(noise, weights):
    """Noise through an all-pole filter, sample by sample."""
    sound = np.zeros(len(noise) + len(weights))
    for at, fresh in enumerate(noise, len(weights)):
        sound[at] = fresh + sound[at - len(weights) : at][::-1] @ weights
    return sound[len(weights) :]


def test_of_a_resonance_its_excitation_is_left():
    noise = 0.01 * RNG.standard_normal((3, 8204))
    weights = [np.array(some) for some in ([1.6, -0.8], [0.0, -0.9], [0.5, 0.3])]
    sound = np.stack([resonant(one, some) for one, some in zip(noise, weights, strict=True)])
    error = prediction_error(sound.astype(np.float32), 12)
    assert error.shape == (3, 8192)
    assert np.abs(error - np.abs(noise[:, 12:])).mean() < 0.05 * np.abs(noise).mean()


@pytest.mark.parametrize(("order", "samples"), [(12, 8204), (12, 1000), (8, 777), (1, 64)])
def test_the_error_is_the_sound_less_what_the_weights_foretell(order, samples):
    sound = RNG.standard_normal((2, samples)).astype(np.float32)
    tapered = sound * np.hanning(samples)
    lags = range(order + 1)
    products = [(tapered[:, : samples - lag] * tapered[:, lag:]).sum(axis=1) for lag in lags]
    weights = predictor(np.stack(products, axis=1), 1e-5)
    foretold = sum(
        weights[:, lag - 1, None] * sound[:, order - lag : samples - lag] for lag in lags[1:]
    )
    assert np.allclose(
        prediction_error(sound, order), np.abs(sound[:, order:] - foretold), atol=1e-3
    )


def test_silence_foretells_silence():
    assert not prediction_error(np.zeros((3, 268), np.float32), 12).any()
