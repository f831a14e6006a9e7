"""Use cases of listen."""
