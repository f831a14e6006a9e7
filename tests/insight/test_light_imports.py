"""What foretells is learned in a refresh; nothing else pays for the machinery."""

import subprocess
import sys

import pytest

_ASK = """
import sys
{imports}
heavy = sorted(name for name in ("sklearn", "splink", "pandas") if name in sys.modules)
print(",".join(heavy))
"""

_PAGES = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "okaeri.project.settings"
import django
django.setup()
import okaeri.web.urls
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "imports",
    [
        "from okaeri.project import cli",
        _PAGES,
    ],
)
def test_neither_the_command_line_nor_the_pages_import_scikit_learn(imports: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ASK.format(imports=imports)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "sklearn" not in done.stdout
