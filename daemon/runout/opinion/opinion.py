"""What a second opinion is."""

from dataclasses import dataclass

from runout.grading.grade import Label


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the one who labelled the training sides would probably have called this one."""

    label: Label
    index: float
    """Mean of the probabilities on the scale NM 0, VG+ 1, VG 2, G+ 3, G 4, F 5, P 6"""
    probabilities: dict[Label, float]
    """Of the labels that the model knows; balanced, as if all of them were equally common"""
    name: str
    """Of the opinion model"""
    sides: int
    """Labelled sides that it learnt from"""
    records: int
    """Records that these sides are of"""
