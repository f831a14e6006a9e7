"""Ways to a person: one folder per channel; channels do not know each other."""
