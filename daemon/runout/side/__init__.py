"""One playing of a side: where the needle is, and what the side adds up to."""
