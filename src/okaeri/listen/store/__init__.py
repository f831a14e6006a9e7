"""Every database read and write of listen."""
