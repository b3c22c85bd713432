"""From scores a hop to defects with onset, kind, channel and level."""
