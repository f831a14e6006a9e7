"""POST: what other mail servers report about our mails, from whatever receives it for the shop."""

import base64
import binascii
from typing import Annotated

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from okaeri.deliver import api as deliver
from okaeri.deliver.types import BounceCounts
from okaeri.foundation import clock
from okaeri.web.api.errors import ApiError
from okaeri.web.api.router import router
from okaeri.web.api.scopes import Scope


class BounceBody(Schema):
    """One mail as it came (RFC 3464 or RFC 5965), in base64."""

    raw: Annotated[str, Field(min_length=1, max_length=1_400_000)]


class BouncesIn(Schema):
    items: Annotated[list[BounceBody], Field(min_length=1, max_length=100)]


class BouncesOut(Schema):
    """How many reports were noted; `unmatched` name no mail of ours, `ignored` are no reports."""

    bounced: int
    complained: int
    delivered: int
    suppressed: int
    repeated: int
    unmatched: int
    ignored: int


@router.post("/bounces", auth=Scope("bounces:write"), response={200: BouncesOut}, tags=["bounces"])
def post_bounces(request: HttpRequest, body: BouncesIn) -> BounceCounts:
    """Note bounces and complaints; a mailbox that does not exist is not written to again."""
    return deliver.record_reports([_decoded(one.raw) for one in body.items], clock.now())


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ApiError("bad_input", reason="raw: base64") from None
