"""Workers killed with SIGKILL at random instants: nothing twice, nothing lost, the sum holds."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from okaeri.deliver.channels.email.mailbox import MailboxTransport

from .faulty_smtp import serving

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).with_name("crashing_worker.py")
PEOPLE = 160
KILLS = 12


class Crasher:
    """Drives `crashing_worker.py` in a data folder of its own."""

    def __init__(self, data_dir: Path) -> None:
        env = {k: v for k, v in os.environ.items() if not k.startswith("OKAERI_")}
        env["OKAERI_DATA_DIR"] = str(data_dir)
        self._process = subprocess.Popen(
            [sys.executable, str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
            text=True,
        )

    def ask(self, line: str) -> Any:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(line + "\n")
        stdin.flush()
        return json.loads(stdout.readline())

    def kill_after(self, pid: int, seconds: float) -> bool:
        """Kill one worker; gives whether it was still at work."""
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        return bool(self.ask(f"wait {pid}"))

    def finish(self, url: str) -> None:
        assert self.ask(f"wait {self.ask(f'work {url}')}") == 0

    def counts(self) -> dict[str, int]:
        counts: dict[str, int] = self.ask("count")
        audience = counts.pop("audience")
        assert sum(counts.values()) == audience == PEOPLE
        return counts

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait(20)


@pytest.fixture(scope="module")
def shop_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crasher]:
    found = Crasher(tmp_path_factory.mktemp("crashes"))
    try:
        assert found.ask("setup") == "ready"
        yield found
    finally:
        found.close()


@pytest.fixture
def crasher(shop_process: Crasher) -> Crasher:
    assert shop_process.ask(f"people {PEOPLE}") == "ready"
    return shop_process


def test_a_worker_killed_at_random_instants_sends_nothing_twice_and_loses_nothing(
    crasher: Crasher,
) -> None:
    dice = random.Random(20260408)
    kills = 0
    with serving(lambda _: "fine") as server:
        server.delay_seconds = 0.002
        for _ in range(KILLS):
            worker = crasher.ask(f"work {server.url}")
            kills += crasher.kill_after(worker, dice.uniform(0.02, 0.35))
            crasher.counts()
        crasher.finish(server.url)
        copies = server.copies()
    counts = crasher.counts()
    assert kills >= KILLS // 2, "the workers were too quick to be killed"
    assert set(copies.values()) == {1}
    assert {s for s, n in counts.items() if n} <= {"accepted", "unknown"}
    # One message per kill may be in doubt, no more; what is called accepted did arrive.
    assert counts["unknown"] <= kills
    assert counts["accepted"] <= len(copies) <= counts["accepted"] + counts["unknown"]


def test_two_workers_at_once_send_nothing_twice_even_when_one_is_killed(crasher: Crasher) -> None:
    with serving(lambda _: "fine") as server:
        server.delay_seconds = 0.002
        one, two = crasher.ask(f"work {server.url}"), crasher.ask(f"work {server.url}")
        crasher.kill_after(one, 0.3)
        crasher.ask(f"wait {two}")
        crasher.finish(server.url)
        copies = server.copies()
    counts = crasher.counts()
    assert set(copies.values()) == {1}
    assert counts["accepted"] + counts["unknown"] == PEOPLE
    assert counts["unknown"] <= 1


def test_with_the_local_mailbox_nothing_is_ever_unknown(crasher: Crasher, data_dir: Path) -> None:
    dice = random.Random(8)
    box = MailboxTransport(data_dir / "mailbox.db")
    url = f"mailbox:{data_dir / 'mailbox.db'}"
    for _ in range(KILLS):
        worker = crasher.ask(f"work {url}")
        crasher.kill_after(worker, dice.uniform(0.01, 0.12))
        crasher.counts()
    crasher.finish(url)
    assert crasher.counts()["accepted"] == PEOPLE
    assert box.list(0, 1)[1] == PEOPLE
