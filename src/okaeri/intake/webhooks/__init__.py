"""Live sources: what they send, signed, to an address of their own."""
