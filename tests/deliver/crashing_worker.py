"""A worker in a process of its own, to be killed. Run as a script; talks to the test in lines.

`setup` makes an empty shop; `people N` gives it N people with one message each and forgets all
others; `work URL` forks a worker that goes on until nothing is due and answers with its process
id; `wait ID` answers how it ended; `count` answers {status: number}. Django is loaded once, each
worker is a fork without any open connection.
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["DJANGO_SETTINGS_MODULE"] = "okaeri.project.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402

from okaeri.deliver import api  # noqa: E402
from okaeri.deliver.actions.high_water import forget  # noqa: E402
from okaeri.deliver.channels.email.channel import EmailChannel  # noqa: E402
from okaeri.deliver.channels.email.mailbox import MailboxTransport  # noqa: E402
from okaeri.deliver.channels.email.smtp import SmtpTransport  # noqa: E402
from okaeri.deliver.models import Brake, Message  # noqa: E402
from okaeri.foundation import clock  # noqa: E402
from tests.deliver.shop import (  # noqa: E402 - Django comes first
    PROFILE,
    make_person,
    make_request,
    set_settings,
    work,
)

ALL_DAY = {"quiet.send_from_hour": 0, "quiet.send_until_hour": 24, "deliver.batch_size": 40}


def set_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")  # only while the tables are made
    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    set_settings({**PROFILE, **ALL_DAY})
    connections.close_all()


def invite(people: int) -> None:
    now = clock.now()
    with transaction.atomic():
        Message.objects.all().delete()
        Brake.objects.all().delete()
        # A shop without its messages looks like a restored backup to whoever remembers the last one.
        forget(Path(settings.OKAERI.data_dir))
        everyone = [make_person() for _ in range(people)]
        due = now - timedelta(minutes=1)
        api.submit([make_request(person, due=due) for person in everyone], now)


def fork_worker(url: str) -> int:
    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        transport = (
            MailboxTransport(Path(url.removeprefix("mailbox:")))
            if url.startswith("mailbox:")
            else SmtpTransport(url)
        )
        work(EmailChannel(transport))
    finally:
        os._exit(0)


def main() -> None:
    for line in sys.stdin:
        verb, _, rest = line.strip().partition(" ")
        if verb == "setup":
            set_up()
            answer: object = "ready"
        elif verb == "people":
            invite(int(rest))
            answer = "ready"
        elif verb == "work":
            answer = fork_worker(rest)
        elif verb == "wait":
            answer = os.waitpid(int(rest), 0)[1]
        else:
            counts = api.audience()
            connection.close()
            answer = counts
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
