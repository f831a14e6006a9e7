"""Pages: notes of interviews."""
