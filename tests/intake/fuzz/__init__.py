"""Files and cells that nobody should write: nothing may crash, nothing may come in by halves."""
