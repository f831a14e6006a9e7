"""The shop in one encrypted file: nobody without the key reads it, and nothing half comes back."""

import json
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from okaeri.foundation.errors import InputError
from okaeri.project.backup import back_up, restore
from tests.project.test_cli import okaeri, write_orders

SECRET_WORD = "kazutoyo@example.test"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop, its backup and the key, to be copied by every test."""
    folder = tmp_path_factory.mktemp("made")
    _fill(folder / "shop")
    back_up(folder / "shop", folder / "backup", folder / "key")
    return folder


def _fill(folder: Path) -> None:
    for name in ("uploads", "form-files", "warehouse"):
        (folder / name).mkdir(parents=True)
        (folder / name / "file").write_text(f"{name} {SECRET_WORD}")
    (folder / "secret.key").write_text("key of the shop")
    (folder / "secret.key").chmod(0o600)
    (folder / "erasures.jsonl").write_text('{"token": "1"}\n')
    with closing(sqlite3.connect(folder / "okaeri.db")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE person (mail TEXT)")
        database.execute("INSERT INTO person VALUES (?)", [SECRET_WORD])
        # Larger than one piece of the stream, and not to be made small.
        database.execute("CREATE TABLE big (content BLOB)")
        database.execute("INSERT INTO big VALUES (randomblob(3000000))")
        database.commit()


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    """A data folder with a database that is being written to, files, and what is left out."""
    return Path(shutil.copytree(made / "shop", tmp_path / "shop"))


@pytest.fixture
def backup(made: Path, tmp_path: Path) -> Path:
    for name in ("backup", "key"):
        shutil.copy2(made / name, tmp_path / name)
    return tmp_path / "backup"


def people(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "okaeri.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [mail for (mail,) in database.execute("SELECT mail FROM person")]


def test_what_goes_in_comes_back_and_the_file_shows_nothing_of_it(
    shop: Path, backup: Path, tmp_path: Path
) -> None:
    sealed = backup.read_bytes()
    assert len(sealed) > 3_000_000
    assert SECRET_WORD.encode() not in sealed
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    restore(backup, tmp_path / "back", tmp_path / "key")
    assert people(tmp_path / "back") == [SECRET_WORD]
    for name in ("uploads/file", "form-files/file", "secret.key", "erasures.jsonl"):
        assert (tmp_path / "back" / name).read_bytes() == (shop / name).read_bytes()
    assert stat.S_IMODE((tmp_path / "back" / "secret.key").stat().st_mode) == 0o600
    # Made anew by `okaeri refresh`.
    assert not (tmp_path / "back" / "warehouse").exists()


def test_it_is_of_one_instant_while_others_write(shop: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(shop / "okaeri.db")) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO person VALUES ('not yet')")
        back_up(shop, tmp_path / "backup", tmp_path / "key")
        writer.commit()
    restore(tmp_path / "backup", tmp_path / "back", tmp_path / "key")
    assert people(tmp_path / "back") == [SECRET_WORD]
    assert not list(shop.glob("backup-*"))


def test_a_strangers_key_opens_nothing(shop: Path, backup: Path, tmp_path: Path) -> None:
    back_up(shop, tmp_path / "other", tmp_path / "other-key")
    with pytest.raises(InputError, match="key does not fit"):
        restore(backup, tmp_path / "back", tmp_path / "other-key")
    (tmp_path / "no-key").write_text("password")
    with pytest.raises(InputError, match="does not hold a backup key"):
        restore(backup, tmp_path / "back", tmp_path / "no-key")
    with pytest.raises(InputError, match="cannot be read"):
        restore(backup, tmp_path / "back", tmp_path / "nowhere")
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("left", [10, 40, 48, 1000, 1_048_700, -1, -40, -2000])
def test_a_file_that_was_cut_brings_nothing_back(left: int, backup: Path, tmp_path: Path) -> None:
    content = backup.read_bytes()
    backup.write_bytes(content[:left])
    with pytest.raises(InputError):
        restore(backup, tmp_path / "back", tmp_path / "key")
    assert not (tmp_path / "back").exists()
    assert not list(tmp_path.glob(".back-*"))


def test_a_file_cut_between_two_pieces_is_noticed_too(backup: Path, tmp_path: Path) -> None:
    content = backup.read_bytes()
    place = 48
    pieces = []
    while place < len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        pieces.append(content[place : place + 4 + length])
        place += 4 + length
    assert len(pieces) > 2
    for kept in (pieces[:-1], pieces[1:], [pieces[1], pieces[0], *pieces[2:]]):
        backup.write_bytes(content[:48] + b"".join(kept))
        with pytest.raises(InputError):
            restore(backup, tmp_path / "back", tmp_path / "key")
    assert not (tmp_path / "back").exists()


def test_one_changed_bit_is_noticed(backup: Path, tmp_path: Path) -> None:
    content = bytearray(backup.read_bytes())
    for place in (3, 20, 40, 60, len(content) // 2, len(content) - 1):
        content[place] ^= 1
        backup.write_bytes(content)
        with pytest.raises(InputError):
            restore(backup, tmp_path / "back", tmp_path / "key")
        content[place] ^= 1
    assert not (tmp_path / "back").exists()


def test_nothing_is_written_over(shop: Path, backup: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not empty"):
        restore(backup, shop, tmp_path / "key")
    assert people(shop) == [SECRET_WORD]
    with pytest.raises(InputError, match="exists"):
        back_up(shop, backup, tmp_path / "key")
    with pytest.raises(InputError, match="outside the data folder"):
        back_up(shop, shop / "backup", tmp_path / "key")
    with pytest.raises(InputError, match="outside the data folder"):
        back_up(shop, tmp_path / "new", shop / "key")


def test_a_later_list_of_erasures_joins_that_of_the_backup(backup: Path, tmp_path: Path) -> None:
    later = tmp_path / "later.jsonl"
    later.write_text('{"token": "1"}\n{"token": "2"}\n')
    restore(backup, tmp_path / "back", tmp_path / "key", later)
    lines = (tmp_path / "back" / "erasures.jsonl").read_text().splitlines()
    assert [json.loads(line)["token"] for line in lines] == ["1", "2"]


@pytest.mark.slow
@pytest.mark.covers("G-13")
def test_a_restored_shop_forgets_again_and_sends_nothing_until_somebody_looked(
    tmp_path: Path,
) -> None:
    """As a person does it: import, back up, erase somebody, lose the machine, restore."""
    shop, back = tmp_path / "shop", tmp_path / "back"
    orders = write_orders(tmp_path / "orders.csv", customers=3)
    assert okaeri("import", str(orders), "--data-dir", str(shop), cwd=tmp_path).returncode == 0
    assert okaeri("refresh", "--data-dir", str(shop), cwd=tmp_path).returncode == 0
    key, file = str(tmp_path / "key"), str(tmp_path / "shop.backup")
    made = okaeri("backup", file, "--key", key, "--data-dir", str(shop), cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "without it nobody can restore" in made.stdout
    erased = okaeri("erase", "1", "--confirm", "1", "--data-dir", str(shop), cwd=tmp_path)
    assert erased.returncode == 0, erased.stderr
    refused = okaeri("restore", file, "--key", key, "--data-dir", str(shop), cwd=tmp_path)
    assert refused.returncode == 2
    assert "not empty" in refused.stderr
    put_back = okaeri(
        *("restore", file, "--key", key, "--data-dir", str(back)),
        *("--erasures", str(shop / "erasures.jsonl")),
        cwd=tmp_path,
    )
    assert put_back.returncode == 0, put_back.stderr
    assert _mails(back) == {"c0@example.test", "c1@example.test", "c2@example.test"}
    # The first command in the restored folder erases again, before anything else.
    assert okaeri("results", "--data-dir", str(back), cwd=tmp_path).returncode == 0
    assert _mails(back) == _mails(shop)
    assert len(_mails(back)) == 2
    assert json.loads((back / "last-sent.json").read_text())["key"] == "restored backup"


def _mails(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / "okaeri.db")) as database:
        found = database.execute("SELECT email FROM customers_customer WHERE email != ''")
        return {mail for (mail,) in found}
