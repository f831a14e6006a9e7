"""Use cases of insight: sync, analysis, refresh, segments."""
