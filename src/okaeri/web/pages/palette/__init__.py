"""Pages: palette."""
