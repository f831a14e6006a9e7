"""The worker may be killed at any point: a real process, a real SIGKILL, a database in a file."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NODES = ["thanks", "arrival", "how_to", "question", "knowledge", "voices"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_worker_killed_again_and_again_loses_and_doubles_nothing(
    seed: int, data_dir: Path
) -> None:
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("OKAERI_")},
        "OKAERI_DATA_DIR": str(data_dir),
        "DJANGO_SETTINGS_MODULE": "okaeri.project.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.plan.kill_drill", str(seed)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["kills"] >= 3
    assert (found["people"], found["walks"], found["states"]) == (300, 300, ["finished"])
    # Whoever was interrupted, treated or left out: one and the same way through the journey.
    assert len(found["lives"]) == 2
    for life in map(json.loads, found["lives"]):
        assert [node for node, action in life if action in ("sent", "held_out")] == NODES
    assert found["messages"] == 300 * len(NODES)
    assert found["is_one_message_per_step"]
