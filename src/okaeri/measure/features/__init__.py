"""Expressions over assignments and orders; the engine reduces rows to sums."""
