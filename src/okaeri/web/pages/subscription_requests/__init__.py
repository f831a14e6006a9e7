"""Pages: what customers ask of their subscriptions."""
