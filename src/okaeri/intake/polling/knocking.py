"""A source that is asked told that it has news: its turn comes at once."""

from datetime import datetime

from okaeri.intake.models import Poll


def knock(connection_id: int, now: datetime) -> bool:
    """Ask a source at the next turn; False where it is never asked or has taken its leave back."""
    asked = Poll.objects.filter(connection_id=connection_id).exclude(next_at=None)
    return bool(asked.update(next_at=now, asked_again=True))
