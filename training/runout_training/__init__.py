"""Makes Runout's model: corpus, simulated wear, Keras network, quantizing, evaluation."""
