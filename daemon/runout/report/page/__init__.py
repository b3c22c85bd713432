"""The report of a side: a page of one file, and a picture."""
