"""What `okaeri analyse` takes as the day of its analysis."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from okaeri.foundation.errors import InputError
from okaeri.intake import api as intake
from okaeri.intake.types import StagedFile
from okaeri.project.analysis_report import analyse_staged, print_report
from tests.intake.samples import template_file

TODAY = date(2026, 6, 30)


def staged(folder: Path, *days: str) -> StagedFile:
    """One order of a person of his own on each day."""
    rows = [
        {
            "注文番号*": str(n),
            "注文日時*": f"{day} 10:00",
            "メールアドレス": f"p{n}@example.com",
            "電話番号": "",
            "顧客ID": str(n),
        }
        for n, day in enumerate(days)
    ]
    file = template_file(folder / "o.csv", *rows)
    return intake.stage_file(file, zone=ZoneInfo("Asia/Tokyo"), folder=folder)


def test_one_mistyped_future_date_does_not_lapse_the_shop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = staged(tmp_path, "2026-06-01", "2026-06-20", "2062-06-21")
    found = analyse_staged(file, tmp_path, as_of=None, today=TODAY, currency="JPY")
    cells = found.reports["portfolio"]["cells"]
    assert found.as_of == TODAY
    assert [cell["customers"] for cell in cells if cell["is_lapsed"]] == [0] * 5
    assert sum(cell["customers"] for cell in cells) == 2
    print_report(found, file, tmp_path / "o.html")
    said = capsys.readouterr().out.replace("\n", " ")
    assert "1 order dated after the analysis (the first on 21 Jun 2062)" in said


def test_an_old_file_is_analysed_as_of_its_last_order(tmp_path: Path) -> None:
    file = staged(tmp_path, "2024-06-01", "2024-06-20")
    found = analyse_staged(file, tmp_path, as_of=None, today=TODAY, currency="JPY")
    assert found.as_of == date(2024, 6, 20)


def test_a_file_of_the_future_alone_is_told_of(tmp_path: Path) -> None:
    file = staged(tmp_path, "2062-06-21")
    with pytest.raises(InputError) as error:
        analyse_staged(file, tmp_path, as_of=None, today=TODAY, currency="JPY")
    assert "2026-06-30" in error.value.message.en
