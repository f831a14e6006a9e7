"""The tag for the shop's own pages, and the list of what is sent to whom."""
