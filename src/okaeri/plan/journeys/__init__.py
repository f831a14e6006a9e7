"""What a journey is: its definition in YAML, and one file per kind of step. Pure; no database."""
