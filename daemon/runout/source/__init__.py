"""Where sound comes from: files and capture devices, in blocks."""
