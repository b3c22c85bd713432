"""Pictures of what a model has learnt, as PNG, from held-out mixes."""
