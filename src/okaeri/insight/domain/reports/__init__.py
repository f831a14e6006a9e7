"""Report documents from a few sums: rows (dicts) in, JSON payload out. Each file says its shape."""
