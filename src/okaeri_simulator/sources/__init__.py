"""Real order histories that can be replayed, each as one table of lines in one shape."""
