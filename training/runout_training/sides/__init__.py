"""Whole simulated sides: music, lead-in, gaps, run-out, wear with its truth, and its true grade."""
