"""Pages: analysis."""
