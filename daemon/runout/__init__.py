"""Runout listens to a record, finds its defects as they play and grades the side."""

__version__ = "0.3.0"
