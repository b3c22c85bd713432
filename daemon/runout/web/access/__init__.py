"""Who may ask the page for what, and how much of it."""
