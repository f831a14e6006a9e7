"""A file read whole and checked before anything is stored: cells to columns, rows to orders."""
