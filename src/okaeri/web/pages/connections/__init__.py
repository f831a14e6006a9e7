"""Pages: live sources and how fresh their data is."""
