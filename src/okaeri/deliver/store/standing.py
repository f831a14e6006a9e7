"""Which messages are not settled yet, in the very words of the index that holds them."""

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

# SQLite uses a partial index only where a query repeats its condition literally; as parameters it
# would read the whole outbox at every claim.
IS_OPEN = RawSQL("status IN ('planned', 'rendered', 'claimed')", (), output_field=BooleanField())
