"""Forms people fill in: sign-up, document request, pop-up; and what they wrote."""

from django.db import models

from okaeri.intake.models.orders import Party


class Form(models.Model):
    """One form at its newest version. What it asks lies in `definition` (`types.FormDefinition`)."""

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
    # Page, hashed address of the request, browser: `types.FormProof`.
    proof = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    change_no = models.BigIntegerField(db_index=True)

    class Meta:
        indexes = (models.Index(fields=["form", "created_at"], name="entries_of_form"),)
