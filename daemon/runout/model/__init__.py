"""The TFLite model, its card, and its scores a hop over rolling windows."""
