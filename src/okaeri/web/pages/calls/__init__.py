"""Pages: the call list."""
