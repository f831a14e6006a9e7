"""People of whom other programs are told; as a script, a worker of its own that can be killed."""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.web.real_server import own_database


def become_known(number: int = 1) -> int:
    """Store an order of somebody new; gives who he is."""
    from okaeri.customers import api as customers
    from okaeri.customers.models import Customer
    from okaeri.foundation import clock
    from okaeri.intake import api as intake
    from okaeri.intake.types import LineIn, OrderIn, PartyIn

    order = OrderIn(
        source="shop",
        order_no=f"A-{number}",
        ordered_at=clock.now(),
        status="accepted",
        total_minor=3300,
        party=PartyIn(email=f"hanako{number}@example.com", family_name="佐藤", email_opt_in=True),
        lines=(LineIn("LOTION", "化粧水", 1, 3300, 3300),),
    )
    intake.record_orders([order])
    customers.resolve_new_parties(clock.now())
    return Customer.objects.order_by("-id").values_list("id", flat=True)[0]


class ShopBeside:
    """A shop on a database of its own; its workers are forks of one process that knows Django."""

    def __init__(self, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
            text=True,
        )

    def ask(self, *words: str) -> Any:
        """Give the answer to one line."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(" ".join(words) + "\n")
        stdin.flush()
        return json.loads(stdout.readline())

    def work(self, workers: int = 1) -> list[int]:
        """Send all that is due with some workers at once; gives how each ended."""
        pids = [self.ask("fork") for _ in range(workers)]
        return [self.ask("wait", str(pid)) for pid in pids]

    def close(self) -> None:
        """Ask nothing more."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait(20)


@contextmanager
def shop_beside(folder: Path) -> Iterator[ShopBeside]:
    """Make an empty shop on the lane's kind of database until the block ends."""
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        "DJANGO_SETTINGS_MODULE": "okaeri.project.settings",
        "OKAERI_DATA_DIR": str(folder),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).resolve().parents[2]), *sys.path]),
    }
    with own_database(os.environ.get("OKAERI_DATABASE_URL", "")) as own:
        if own:
            env["OKAERI_DATABASE_URL"] = own
        beside = ShopBeside(env)
        try:
            yield beside
        finally:
            beside.close()


def _answer(verb: str, *words: str) -> object:
    from datetime import UTC, datetime

    from django.db.models import Count

    from okaeri.foundation import clock
    from okaeri.web.models import WebhookDelivery
    from okaeri.web.webhooks import endpoints
    from okaeri.web.webhooks.gathering import gather

    if verb == "register":
        endpoints.create("x", words[0], ["customer.created"], by="x", now=clock.now())
    if verb in ("register", "people"):
        first = WebhookDelivery.objects.count()
        for number in range(int(words[-1])):
            become_known(first + number)
    if verb == "register":
        return gather(clock.now())
    if verb == "fork":
        return _fork()
    if verb == "wait":
        return os.waitpid(int(words[0]), 0)[1]
    if verb == "end-leases":
        WebhookDelivery.objects.update(lease_until=datetime(2000, 1, 1, tzinfo=UTC))
    counted = WebhookDelivery.objects.values_list("status").annotate(n=Count("id"))
    return dict(counted.order_by("status"))


def _fork() -> int:
    from django.db import connections

    from okaeri.foundation import clock
    from okaeri.web.webhooks.gathering import gather
    from okaeri.web.webhooks.sending import send_due

    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        while gather(clock.now()) + send_due(clock.now()):
            pass
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")  # only while the tables are made
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()
    for line in sys.stdin:
        print(json.dumps(_answer(*line.split())), flush=True)


if __name__ == "__main__":
    _main()
