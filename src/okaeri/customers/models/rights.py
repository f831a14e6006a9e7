"""The rights of people: who looked at their data, what they asked for, and who was erased."""

from django.db import models

from okaeri.customers.models.people import ConsentWording


class AccessEntry(models.Model):
    """Somebody of the staff, or an API key, saw or took personal data. Written once, chained by hash.

    Where data was given away, `basis` says why it might be (APPI 29条: kept three years).
    """

    class Action(models.TextChoices):
        VIEW = "view"
        SEARCH = "search"
        EXPORT = "export"
        CHANGE = "change"
        REVEAL = "reveal"

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=10, choices=Action.choices)
    # None where several people were seen at once; then `members` holds who.
    customer_id = models.BigIntegerField(null=True, db_index=True)
    people = models.BigIntegerField(default=1)
    # A bitmap of customer ids, so that "whose data?" has an answer for a download too.
    members = models.BinaryField(default=bytes)
    # Which kinds of data: ["name", "email"].
    fields = models.JSONField(default=list)
    # The page or file.
    where = models.CharField(max_length=255, default="")
    # Who was given it, by name; "" where the one who took it kept it for the shop.
    recipient = models.CharField(max_length=150, default="")
    # `customers.access_types.ProvisionBasis`; "" where it was only looked at.
    basis = models.CharField(max_length=10, default="")
    # HMAC of the entry before and this one: a changed or removed line shows.
    chain = models.CharField(max_length=64)

    class Meta:
        indexes = (models.Index(fields=["id"], condition=~models.Q(basis=""), name="given_away"),)


class AccessHead(models.Model):
    """How long the chain of accesses is and how it ends; one row, locked by whoever adds to it."""

    entries = models.BigIntegerField(default=0)
    chain = models.CharField(max_length=64, default="")
    # Entries older than the shop keeps are gone: how many, up to which id, and the chain they ended
    # with. The seal says that the product itself took them away.
    dropped = models.BigIntegerField(default=0)
    dropped_to = models.BigIntegerField(default=0)
    dropped_chain = models.CharField(max_length=64, default="")
    dropped_seal = models.CharField(max_length=64, default="")


class DataRequest(models.Model):
    """One request under 個人情報保護法 33 to 35: disclosure, correction, stop or erasure, with a clock."""

    class Kind(models.TextChoices):
        DISCLOSURE = "disclosure"
        CORRECTION = "correction"
        STOP = "stop"
        ERASURE = "erasure"

    class Status(models.TextChoices):
        RECEIVED = "received"
        VERIFIED = "verified"
        DONE = "done"
        REFUSED = "refused"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RECEIVED)
    customer_id = models.BigIntegerField(null=True, db_index=True)
    # preference_page, staff, api, shopify
    source = models.CharField(max_length=20)
    note = models.TextField(default="")
    received_at = models.DateTimeField()
    due_on = models.DateField()
    verified_at = models.DateTimeField(null=True)
    # How the person's identity was checked.
    verified_how = models.CharField(max_length=200, default="")
    ended_at = models.DateTimeField(null=True)
    handled_by = models.CharField(max_length=150, default="")
    outcome = models.JSONField(default=dict)


class PurposeVersion(models.Model):
    """What the shop says it uses personal data for (個人情報保護法 17条, 21条), from an instant on.

    Written once: whoever gave his data under an earlier version gave it for that.
    """

    wording = models.ForeignKey(ConsentWording, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    by = models.CharField(max_length=150)


class LegalHold(models.Model):
    """One person's proofs must be kept until a day, because a court or an office asked for it."""

    customer_id = models.BigIntegerField(db_index=True)
    until = models.DateField()
    reason = models.CharField(max_length=200)
    placed_by = models.CharField(max_length=150)
    placed_at = models.DateTimeField()


class Erasure(models.Model):
    """One erased person: keyed hashes only, so that a restored backup can be cleaned again.

    The same line stands in the data folder's erasure list, outside the database.
    """

    # Which line of the erasure list this is.
    token = models.CharField(max_length=32, unique=True)
    customer_id = models.BigIntegerField(db_index=True)
    # HMAC-SHA256 of every identity key under the shop's secret.
    key_hashes = models.JSONField()
    erased_at = models.DateTimeField()
    # The sealed proof of consent and of refusal: keyed hashes, days and codes, no personal data.
    proof = models.JSONField(default=dict)
    # The law asks to keep the proof until then; None when nothing was kept.
    proof_until = models.DateField(null=True)
    # Rows taken away, by table.
    counts = models.JSONField(default=dict)
