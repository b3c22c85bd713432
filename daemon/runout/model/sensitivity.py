"""How keenly the ear listens: the names of the model's sets of thresholds."""

from typing import Literal

Sensitivity = Literal["low", "normal", "high"]
SENSITIVITIES: tuple[Sensitivity, ...] = ("low", "normal", "high")
"""From few false alarms and more missed to the other way round"""
