"""How well models and peers find what was put on music that they have never heard."""
