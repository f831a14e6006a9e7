"""Names a data folder of this run's own before Django reads its settings (`-p tests.data_folder`).

pytest-django reads them before any conftest is imported, so this must be an early plugin.
"""

import os
import tempfile

os.environ["OKAERI_DATA_DIR"] = tempfile.mkdtemp(prefix="okaeri-tests-")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
