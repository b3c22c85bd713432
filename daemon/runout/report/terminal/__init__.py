"""In a terminal: words, tables and a progress bar."""
