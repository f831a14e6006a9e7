"""Pages: journeys."""
