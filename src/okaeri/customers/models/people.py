"""People, how they were recognised, where they can be reached, and what they agreed to."""

from django.db import models


class Customer(models.Model):
    """One person. The id never changes and is never used again."""

    family_name = models.CharField(max_length=80, default="")
    given_name = models.CharField(max_length=80, default="")
    family_kana = models.CharField(max_length=80, default="")
    given_kana = models.CharField(max_length=80, default="")
    email = models.CharField(max_length=254, default="", db_index=True)
    phone = models.CharField(max_length=40, default="")
    line_user_id = models.CharField(max_length=40, default="")
    postal_code = models.CharField(max_length=10, default="")
    prefecture = models.CharField(max_length=20, default="")
    address = models.CharField(max_length=255, default="")
    birth_on = models.DateField(null=True)
    # What search and comparison use (`domain.names`); the columns above keep the person's own writing.
    phone_key = models.CharField(max_length=20, default="", db_index=True)
    name_key = models.CharField(max_length=200, default="", db_index=True)
    kana_key = models.CharField(max_length=200, default="", db_index=True)
    # When each part of the profile was last stated, so that older data never replaces newer data.
    profile_seen = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    # Since when the shop knows the person: the earliest word of any contact (`intake.Party.known_at`),
    # never behind `created_at`. Always written; why NULL is allowed: see there.
    known_at = models.DateTimeField(null=True)
    # Set when two customers turned out to be one; the row stays so that old links still lead somewhere.
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["known_at"], name="people_by_first_known"),)


class IdentityKey(models.Model):
    """One normalised key that belongs to one customer (`domain.resolution.keys_of`).

    A phone or a home alone is no key: it counts only together with a name or its reading.
    """

    class Kind(models.TextChoices):
        EMAIL = "email"
        PHONE = "phone"
        MEMBER = "member"
        LINE = "line"
        HOME = "home"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    # Member numbers carry their source: "shopify:1234".
    value = models.CharField(max_length=254)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind", "value"], name="one_owner_per_key"),)


class PartyLink(models.Model):
    """Which customer a party (`intake.Party.id`) is, and by which evidence."""

    party_id = models.BigIntegerField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    evidence = models.CharField(max_length=10)


class Merge(models.Model):
    """Two customers became one: what joined them, and which parties moved, so that it can be undone."""

    kept = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    absorbed = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    # Which keys joined the two, and what an undo has to give back (`actions.merge`).
    evidence = models.JSONField()
    party_ids = models.JSONField()
    merged_at = models.DateTimeField()
    # Who of the staff said so; "" where a key did.
    merged_by = models.CharField(max_length=150, default="")
    # Set when staff took the merge back; the two are then never joined by themselves again.
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=150, default="")
    # In a sequence of merges' own, anew when it is taken back: other stations follow it.
    change_no = models.BigIntegerField(default=0, db_index=True)


class ConsentWording(models.Model):
    """The very words a person agreed to, kept once per wording."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    wording = models.TextField()
    first_shown_at = models.DateTimeField()


class ConsentEvent(models.Model):
    """One entry of the consent ledger: given or withdrawn, by whom, when, how. Never changed."""

    class Action(models.TextChoices):
        GRANTED = "granted"
        WITHDRAWN = "withdrawn"

    # The index that starts with the customer serves as the foreign key's.
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    channel = models.CharField(max_length=10)
    action = models.CharField(max_length=10, choices=Action.choices)
    # opt_in, written_notice, business_relationship or published_address (特定電子メール法 3条1項).
    basis = models.CharField(max_length=24)
    # import, form, one_click, preference_page, staff
    source = models.CharField(max_length=40)
    wording = models.ForeignKey(
        ConsentWording, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # Where the proof lies: file and line, form id, message id, address of the request.
    proof = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["customer", "channel", "occurred_at"], name="consent_of"),)


class ContactPoint(models.Model):
    """Where one customer is reached on one channel, and the present state of consent there.

    Derived from parties and the consent ledger in the same transaction that changes either.
    """

    class Consent(models.TextChoices):
        GRANTED = "granted"
        WITHDRAWN = "withdrawn"
        NONE = "none"

    # The index that starts with the customer serves as the foreign key's.
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=254)
    consent = models.CharField(max_length=10, choices=Consent.choices, default=Consent.NONE)
    consent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["customer", "channel"], name="one_point_per_channel"),
        )
        indexes = (models.Index(fields=["channel", "address"], name="point_by_address"),)


class Suppression(models.Model):
    """An address that must not be written to whatever consent says (bounced, complained, asked)."""

    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=254)
    reason = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["channel", "address"], name="one_suppression"),
        )
