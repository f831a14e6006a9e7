"""Prints which rows of the mission (rows.csv) the tests prove, and which they do not yet.

A row counts when a test marked `@pytest.mark.covers("C-03")` runs its behaviour through the
product's own door. Reads the rows from ../shared/rows.csv; elsewhere it lists the marks alone.
"""

from __future__ import annotations

import ast
import csv
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROWS = ROOT.parent / "shared" / "rows.csv"


def marked_rows() -> dict[str, list[str]]:
    """Row id → tests that carry it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                continue
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith(
                    ".covers"
                ):
                    for argument in decorator.args:
                        if isinstance(argument, ast.Constant):
                            place = f"{path.relative_to(ROOT)}::{node.name}"
                            found[str(argument.value)].append(place)
    return found


def main() -> int:
    covered = marked_rows()
    if not ROWS.exists():
        print(f"{ROWS} is not here; the tests name these rows:")
        for row in sorted(covered):
            print(f"  {row}  {', '.join(covered[row])}")
        return 0
    with ROWS.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["id"]: row["seed_says"] for row in csv.DictReader(file)}
    unknown = sorted(set(covered) - set(rows))
    for row, says in rows.items():
        mark = "proven " if row in covered else "not yet"
        print(f"{mark} {row:5} {says}")
        for place in covered.get(row, []):
            print(f"              {place}")
    print(f"\n{len(set(covered) & set(rows))} of {len(rows)} rows proven.")
    for row in unknown:
        print(f"unknown row {row}: {', '.join(covered[row])}", file=sys.stderr)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
