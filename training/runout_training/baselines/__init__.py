"""The predecessors' systems, trained on our train split and judged beside our own.

They say of a window of sound whether it is damaged, and of nothing in it where.
"""
