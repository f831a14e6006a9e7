"""What git keeps of the project: no file names a package index of its own."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# Put together here, so that this file does not hold what it looks for.
HOSTS = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "yarn" + "pkg.com",
    "anaconda" + ".org",
    "crates" + ".io",
    "maven" + ".org",
    "proxy.golang" + ".org",
)
# An option of an installer with an address behind it, whatever the address.
OPTION = r"(?:index[-_]url|find[-_]links|registry)[\s=\"':]+https?://"
NEEDLES = re.compile("|".join([*map(re.escape, HOSTS), OPTION]))


def lines_naming_an_index(text: str) -> list[int]:
    lowered = text.lower()
    return [lowered.count("\n", 0, found.start()) + 1 for found in NEEDLES.finditer(lowered)]


def tracked_files() -> list[Path]:
    """Every file git keeps here; a copy without its history is no repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("this copy has no git history")
    told = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in told.stdout.split("\0") if name]


def test_no_tracked_file_names_a_package_index() -> None:
    files = [path for path in tracked_files() if path.is_file() and not path.is_symlink()]
    assert len(files) > 100
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files
        for line in lines_naming_an_index(path.read_bytes().decode("utf-8", "replace"))
    ]
    assert found == []


@pytest.mark.parametrize("host", HOSTS)
def test_the_check_sees_each_address(host: str) -> None:
    assert lines_naming_an_index(f"first line\nsee https://{host.upper()}/x") == [2]


@pytest.mark.parametrize("option", ["--index-url ", "index_url = '", "--find-links=", "registry="])
def test_the_check_sees_an_installer_that_is_sent_somewhere_else(option: str) -> None:
    assert lines_naming_an_index(f"{option}https://packages.example/x") == [1]
    assert lines_naming_an_index(f"sed '/{option.strip()}/d'") == []
