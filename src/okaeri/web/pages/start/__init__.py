"""Pages: the first steps of a new shop."""
