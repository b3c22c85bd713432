"""What the model hears: MFCCs of lateral and vertical, and the impulse features."""
