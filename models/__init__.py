"""The models that ship: NAME.tflite, each with its card NAME.json."""
