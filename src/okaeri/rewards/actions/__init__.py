"""Use cases of rewards."""
