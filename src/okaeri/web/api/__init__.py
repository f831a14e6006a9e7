"""The HTTP API: programs of the shop read and write here with keys of their own."""
