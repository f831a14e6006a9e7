"""Use cases: open a transaction, load, let the domain decide, save."""
