"""Simulated wear: damage with exact truth, put on real music."""
