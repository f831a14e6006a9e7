"""Pages: membership cards."""
