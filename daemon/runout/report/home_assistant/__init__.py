"""Report: what Home Assistant is told, so that a box is a device there."""
