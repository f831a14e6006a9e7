"""Names a data folder of this run's own before Django reads its settings (`-p tests.data_folder`).

pytest-django reads them before any conftest is imported, so this must be an early plugin.
What the imports leave behind stays for good, so no garbage is looked for until all are done.
"""

import atexit
import gc
import os
import shutil
import tempfile

os.environ["OKAERI_DATA_DIR"] = _FOLDER = tempfile.mkdtemp(prefix="okaeri-tests-")
# Shops and services of the tests stand on this machine.
os.environ["OKAERI_ASKS_LOOPBACK"] = "True"
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)

gc.disable()


def pytest_collection_finish() -> None:
    """Leave what was imported out of every later search for garbage: a tenth of the lane's time."""
    gc.collect()
    gc.freeze()
    gc.enable()
