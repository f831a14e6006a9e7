"""What people do on the shop's pages."""

from datetime import datetime

from okaeri.intake.event_types import SaidWho
from okaeri.intake.events import recording
from okaeri.intake.types import PartyIn


def record_identification(
    device_id: str, party: PartyIn, occurred_at: datetime, *, source: str = "web"
) -> bool:
    """Note that from now on this device is in this contact's hands; gives whether that was news."""
    return recording.record_identification(SaidWho(device_id, party, occurred_at), source=source)
