"""Reading text files: which encoding, which delimiter, which header, rows with their line numbers."""
