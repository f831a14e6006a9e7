"""Every database read and write of insight."""
