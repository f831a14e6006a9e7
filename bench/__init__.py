"""The figures: each benchmark prints ours, the peer's and the ratio from one run."""
