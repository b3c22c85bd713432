"""Measurements: of a side, from what its slices keep; and of a test record, from its tones."""
