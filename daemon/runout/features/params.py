"""The numbers that features are made with; a model's card carries them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeatureParams:
    """All features are computed at one analysis rate, so that every source rate agrees."""

    sample_rate: int = 44_100
    """Hertz; sources at other rates are resampled to it"""
    n_fft: int = 512
    """Samples in an MFCC frame (11.6 ms)"""
    hop: int = 256
    """Samples in a cell (5.8 ms): the centre half of its frame, and one row of features"""
    n_mels: int = 40
    """Mel bands"""
    n_mfcc: int = 40
    """Cepstral coefficients kept"""
    fmin_hz: float = 60.0
    """Hertz, lower edge of the first mel band"""
    fmax_hz: float = 20_000.0
    """Hertz, upper edge of the last mel band"""
    lags: tuple[int, ...] = (1, 4, 16)
    """Samples between the points of each second difference: the sharp, the dull and the thump"""
    order: int = 12
    """Of the linear prediction whose error is told beside the second differences"""
    slots: int = 8
    """Parts of a cell (0.73 ms each) whose maximum is an impulse feature of its own"""
    scale_cells: int = 4
    """Cells on either side whose mean sets the scale of the impulse features (9 cells: 52 ms)"""
    level_cells: int = 128
    """Cells (0.74 s, up to and with the present one) whose mean level is taken off both C0"""

    @property
    def n_impulse(self) -> int:
        """Impulse features of a row: those of each wall, then those of the vertical."""
        return self.n_wall_impulse + self.slots + 1

    @property
    def n_wall_impulse(self) -> int:
        """Impulse features of left and right, which alternate."""
        return (len(self.lags) + 1) * 2 * (self.slots + 1)

    @property
    def n_features(self) -> int:
        """Columns of a row: MFCCs of lateral and of vertical, then the impulse features."""
        return 2 * self.n_mfcc + self.n_impulse

    @property
    def cell_s(self) -> float:
        """Seconds in a cell."""
        return self.hop / self.sample_rate
