"""From a side's evidence to its play grade, by a versioned table."""
