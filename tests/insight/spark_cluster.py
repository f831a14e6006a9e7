"""A standalone Spark on loopback: a master and two workers of one core each, from PySpark's wheel."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.ports import free_port

_READY_SECONDS = 180


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Start the cluster, give its address, stop it; logs are kept in `folder`."""
    spark_class = Path(_home()) / "bin" / "spark-class"
    port = free_port()
    address = f"spark://127.0.0.1:{port}"
    words = ["--host", "127.0.0.1", "--webui-port", "0"]
    commands = {
        "master": ["master.Master", *words, "--port", str(port)],
        **{
            f"worker{number}": [
                *("worker.Worker", *words, "--cores", "1", "--memory", "1500m"),
                *("--work-dir", str(folder / f"work{number}"), address),
            ]
            for number in (1, 2)
        },
    }
    with ExitStack() as stack:
        for name, (kind, *rest) in commands.items():
            log = stack.enter_context((folder / f"{name}.log").open("w", encoding="utf-8"))
            running = subprocess.Popen(
                [spark_class, f"org.apache.spark.deploy.{kind}", *rest],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"},
            )
            stack.callback(_stop, running)
            if name == "master":
                _wait_for(folder / "master.log", "Starting Spark master", 1)
        _wait_for(folder / "master.log", "Registering worker", 2)
        yield address


def ask_all_there(patched: pytest.MonkeyPatch, folder: Path) -> None:
    """Let Spark answer every question, however few bytes it is about.

    Shops of tests are small: without it DuckDB would be compared with itself.
    """
    (folder / "spark-defaults.conf").write_text("spark.okaeri.nearMb 0\n")
    patched.setenv("SPARK_CONF_DIR", str(folder))


def _home() -> str:
    pyspark = pytest.importorskip("pyspark", reason="PySpark is not installed: okaeri[spark]")
    return str(Path(pyspark.__file__).parent)


def _wait_for(log: Path, words: str, times: int) -> None:
    until = time.monotonic() + _READY_SECONDS
    while log.read_text(encoding="utf-8").count(words) < times:
        if time.monotonic() > until:
            pytest.fail(f"Spark did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")
        time.sleep(0.2)


def _stop(running: subprocess.Popen[bytes]) -> None:
    running.terminate()
    try:
        running.wait(10)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()
