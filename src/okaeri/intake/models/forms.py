"""Forms people fill in: sign-up, document request, pop-up; and what they wrote."""

from django.db import models

from okaeri.intake.models.orders import Party


class Form(models.Model):
    """One form at its newest version. What it asks lies in `definition` (`form_types.FormDefinition`)."""

    class Kind(models.TextChoices):
        SIGNUP = "signup"
        DOCUMENT = "document"
        POPUP = "popup"

    key = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    definition = models.JSONField()
    version = models.IntegerField(default=1)
    is_open = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()


class FormEntry(models.Model):
    """One filled-in form: the proof of what was shown, what was ticked, and when it was confirmed."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        CONFIRMED = "confirmed"
        EXPIRED = "expired"

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="+")
    form_version = models.IntegerField()
    # In the confirmation link; random, never derived from the address.
    token = models.CharField(max_length=64, unique=True)
    status = models.CharField(max_length=10, choices=Status.choices)
    # Set once the entry counts: at once, or at confirmation where the form asks for it.
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)
    tags = models.JSONField(default=list)
    # Where the person came from (媒体).
    media_code = models.CharField(max_length=80, default="")
    has_agreed = models.BooleanField(default=False)
    # The very words beside the box that was ticked.
    wording = models.TextField(default="")
    # Page, hashed address of the request, browser: `form_types.FormProof`.
    proof = models.JSONField(default=dict)
    # Keyed hashes for the limits; both go when the entry is blanked.
    email_mark = models.CharField(max_length=40, default="")
    address_mark = models.CharField(max_length=40, default="")
    # How often the confirmation was asked for, the first time included.
    mails = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    # Until when its link is good.
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    # When the outbox had the newest confirmation.
    mailed_at = models.DateTimeField(null=True)
    # When consent, attributes and thanks were taken over by the stations above.
    settled_at = models.DateTimeField(null=True)
    downloads = models.IntegerField(default=0)
    change_no = models.BigIntegerField(db_index=True)

    class Meta:
        indexes = (
            models.Index(fields=["form", "created_at"], name="entries_of_form"),
            models.Index(fields=["email_mark", "created_at"], name="entries_of_email"),
            models.Index(fields=["address_mark", "created_at"], name="entries_of_address"),
            models.Index(
                fields=["id"],
                name="entries_to_mail",
                condition=models.Q(status="waiting", mailed_at__isnull=True),
            ),
            models.Index(
                fields=["expires_at"],
                name="entries_waiting",
                condition=models.Q(status="waiting"),
            ),
            models.Index(
                fields=["change_no"],
                name="entries_to_settle",
                condition=models.Q(status="confirmed", settled_at__isnull=True),
            ),
        )


class FormTally(models.Model):
    """How often something was turned away at a form: by trap, by haste, by limit, by age."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    count = models.IntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["form", "kind"], name="one_tally_of_a_kind"),
        )
