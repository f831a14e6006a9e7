"""Reads the local mailbox as its receivers do, and finds out which playbook wrote each mail."""

import email
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from okaeri.deliver import api as deliver
from okaeri.deliver.types import Mail, MessageView
from okaeri.measure import api as measure
from okaeri.plan import api as plan
from okaeri_simulator.habits.habit import Letter
from okaeri_simulator.orders import Cause
from okaeri_simulator.people import Person
from okaeri_simulator.town import ShopTown

_LINK = re.compile(r"https?://[^\s\"'<>)]+")
_BOUNDARY = re.compile(rb'boundary="(?P<mark>[^"]+)"')
_PAGE = 500


class MailboxLetter(Letter):
    """A mail of the local mailbox; it is opened only when somebody looks inside."""

    def __init__(
        self, mail: Mail, view: MessageView, person: Person, playbook: str, town: ShopTown
    ) -> None:
        self.person = person
        self.playbook = playbook
        self.step = view.source_part
        self.content_kind = view.content_kind
        self.read_at = mail.sent_at
        self._mail = mail
        self._view = view
        self._town = town

    @cached_property
    def cause(self) -> Cause:
        """The walk this mail belongs to: the last one its person entered before it was planned."""
        walks = [
            walk.entered_at
            for walk in plan.enrolments_of(self._view.customer_id)
            if walk.journey_key == self.playbook and walk.entered_at <= self._view.planned_at
        ]
        return Cause(
            playbook=self.playbook,
            message_id=self._view.id,
            content_kind=self.content_kind,
            trigger_order_no=self._town.last_order_no(self.person.no, max(walks)),
            assigned_at=min(walks),
        )

    @cached_property
    def links(self) -> Sequence[str]:
        # Part by part: the text comes first, and what follows need not be taken apart.
        raw = self._mail.raw
        boundary = _BOUNDARY.search(raw)
        parts = raw.split(b"\r\n--" + boundary["mark"])[1:] if boundary else [raw]
        for part in parts:
            opened = email.message_from_bytes(part.lstrip(b"\r\n"))
            body = opened.get_payload(decode=True)
            if isinstance(body, bytes) and opened.get_content_type() == "text/plain":
                return tuple(_LINK.findall(body.decode("utf-8", "replace")))
        return ()

    @cached_property
    def unsubscribe_link(self) -> str:
        headers = email.message_from_bytes(self._mail.raw.partition(b"\r\n\r\n")[0])
        return str(headers["List-Unsubscribe"] or "").strip("<> ")


class Mailbox:
    """Gives every mail of the playbooks once."""

    def __init__(self, town: ShopTown) -> None:
        self._town = town
        self._read = deliver.list_mails(0, 1)[1]
        self._playbooks = _playbooks_by_source()
        self.letters_read = 0

    def new_letters(self) -> Iterator[Letter]:
        """Give the mails that came since the last look, oldest first."""
        mails = self._new_mails()
        views = deliver.find_messages([mail.message_id for mail in mails])
        for mail in reversed(mails):
            view = views[mail.message_id]
            person = self._town.find_person(mail.address)
            playbook = self._playbooks.get((view.source_kind, view.source_id))
            if person is not None and playbook is not None:
                self.letters_read += 1
                yield MailboxLetter(mail, view, person, playbook, self._town)

    def _new_mails(self) -> list[Mail]:
        total = deliver.list_mails(0, 1)[1]
        fresh = total - self._read
        mails: list[Mail] = []
        while len(mails) < fresh:
            mails += deliver.list_mails(len(mails), min(_PAGE, fresh - len(mails)))[0]
        self._read = total
        return mails


def _playbooks_by_source() -> dict[tuple[str, int], str]:
    """Give (source kind, source id) of a message → key of the playbook that asked for it."""
    by_experiment = {journey.experiment_key: journey.key for journey in plan.list_journeys()}
    return {
        (experiment.source_kind, experiment.source_id): by_experiment[experiment.key]
        for experiment in measure.list_experiments()
        if experiment.key in by_experiment
    }
