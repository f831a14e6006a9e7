"""Everything as files: each kind of record as CSV."""
