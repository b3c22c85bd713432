"""Learning from people's own grades: sellers' words, an ordinal model, and how far it agrees."""
