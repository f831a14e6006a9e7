"""Pages: forms that people fill in, and what they wrote."""
