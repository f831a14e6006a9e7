"""Pages: keys of programs."""
