"""A Japanese customer list with known truth, made the same each time from real names and towns.

Every person has one to four records in three sources; between them the writing changes as it does in
shops. The rates (`RATES`) are per record after a person's first.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from okaeri.intake.types import PartyIn

# How often each record after the first differs in this way.
RATES = {
    "e-mail: another one of his own": 0.16,
    "e-mail: none (phone or postcard order)": 0.13,
    "e-mail: typo in the local part or domain": 0.04,
    "e-mail: capitals or full width": 0.08,
    "phone: changed": 0.09,
    "phone: none": 0.11,
    "phone: the household's landline": 0.05,
    "phone: one digit wrong or two swapped": 0.02,
    "phone: other format (full width, +81, blanks, none)": 0.55,
    "name: old-form kanji where there is one": 0.35,
    "name: family and given in one field": 0.06,
    "name: no kanji, only the reading": 0.06,
    "reading: missing": 0.15,
    "reading: hiragana or half width": 0.35,
    "reading: one letter wrong": 0.03,
    "reading: long vowel or small kana written otherwise": 0.06,
    "name: new family name after marriage": 0.012,
    "address: moved": 0.09,
    "address: none": 0.06,
    "address: other writing (一丁目, full width, building left out or put in)": 0.65,
    "postal code: none or wrong": 0.03,
    "birth date: not stated (the first record too)": 0.40,
    "birth date: typo": 0.015,
    "member number: 1.23E+11, 0, ゲスト and the like (the first record too)": 0.15,
    "a new life: moved, new phone, new e-mail at once": 0.008,
}
_NOBODYS_NUMBERS = ("1.23E+11", "0", "-", "ゲスト", "非会員", "NULL", "#N/A")
SHARE_WITH_HOUSEHOLD = 0.30
RECORDS_PER_PERSON = (0.52, 0.28, 0.14, 0.06)
_OLD_FORMS = {
    "高": "髙", "辺": "邊邉", "崎": "﨑", "斉": "齊", "斎": "齋", "浜": "濱", "沢": "澤", "広": "廣",
    "島": "嶋", "桜": "櫻", "国": "國", "竜": "龍", "恵": "惠", "真": "眞", "実": "實", "寿": "壽",
    "栄": "榮", "関": "關", "滝": "瀧", "吉": "𠮷", "富": "冨",
}  # fmt: skip
_HALF_KANA = str.maketrans(
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンャュョッー",
    "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｬｭｮｯｰ",
)
_TO_FULL = str.maketrans("0123456789-", "０１２３４５６７８９－")
_BUILDINGS = ("サンハイツ", "グリーンコーポ", "メゾン青葉", "第二小林ビル", "パークサイド")
_DOMAINS = (
    "gmail.com",
    "yahoo.co.jp",
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "icloud.com",
    "i.softbank.jp",
)
_KANJI_DIGITS = "〇一二三四五六七八九"
SOURCES = ("shopify", "eccube", "store")


class Name(NamedTuple):
    kanji: str
    kana: str


@dataclass(frozen=True)
class Home:
    postal: str
    prefecture: str
    town: str
    numbers: tuple[int, int, int]
    building: str


@dataclass(frozen=True)
class Person:
    """The truth about one person; `former_family` before a marriage."""

    family: Name
    given: Name
    home: Home
    phone: str
    landline: str
    email: str
    birth: date
    tells_birth: bool


class Record(NamedTuple):
    """One contact as a source has it, and whose it is."""

    person: int
    source: str
    party: PartyIn


class Town(NamedTuple):
    postal: str
    prefecture: str
    name: str


def _with_nobodys_numbers(records: Sequence[Record]) -> list[Record]:
    """Write in some records the member number that guests of the same source share."""
    dice = random.Random(len(records))
    rate = RATES["member number: 1.23E+11, 0, ゲスト and the like (the first record too)"]
    return [
        record._replace(party=replace(record.party, member_no=dice.choice(_NOBODYS_NUMBERS)))
        if dice.random() < rate
        else record
        for record in records
    ]


def make_records(data: Path, people: int, seed: int) -> list[Record]:
    """Give the records in a shuffled order."""
    return _Maker(data, seed).make(people)


class _Maker:
    def __init__(self, data: Path, seed: int) -> None:
        self._random = random.Random(seed)
        self._given, self._families = _read_names(data / "jp_names" / "names.yml")
        self._towns = _read_towns(data / "jp_postal" / "ken_all.parquet")

    def make(self, people: int) -> list[Record]:
        everyone: list[Person] = []
        while len(everyone) < people:
            first = self._person()
            everyone.append(first)
            if self._random.random() < SHARE_WITH_HOUSEHOLD:
                everyone += self._family_of(first)
        records = []
        for number, person in enumerate(everyone[:people]):
            records.append(Record(number, self._source(), _write(person, person.email)))
            for _ in range(self._more()):
                records.append(Record(number, self._source(), self._again(person)))
        self._random.shuffle(records)
        return _with_nobodys_numbers(records)

    def _more(self) -> int:
        return self._random.choices(range(len(RECORDS_PER_PERSON)), RECORDS_PER_PERSON)[0]

    def _source(self) -> str:
        return self._random.choice(SOURCES)

    def _happens(self, name: str) -> bool:
        return self._random.random() < RATES[name]

    # ---- the truth -------------------------------------------------------------------------------

    def _family_name(self) -> Name:
        """The list begins with the most frequent names: one in a hundred is a 佐藤."""
        place = min(int(self._random.expovariate(1 / 90)), len(self._families) - 1)
        return self._families[place]

    def _person(self) -> Person:
        family, given = self._family_name(), self._random.choice(self._given)
        landline = f"0{self._random.choice('36')}{self._random.randrange(10**8):08d}"
        return Person(
            family, given, self._home(), self._mobile(), landline, self._mail(), self._birth(),
            not self._happens("birth date: not stated (the first record too)"),
        )  # fmt: skip

    def _family_of(self, first: Person) -> list[Person]:
        """One to three others in the same house: same family name, address and landline."""
        others = []
        for _ in range(self._random.choice((1, 1, 2, 3))):
            phone = first.landline if self._random.random() < 0.35 else self._mobile()
            others.append(
                replace(
                    self._person(), family=first.family, home=first.home, landline=first.landline,
                    phone=phone,
                )
            )  # fmt: skip
        return others

    def _home(self) -> Home:
        town = self._random.choice(self._towns)
        numbers = (
            self._random.randrange(1, 8),
            self._random.randrange(1, 40),
            self._random.randrange(1, 25),
        )
        building = ""
        if self._random.random() < 0.45:
            building = f"{self._random.choice(_BUILDINGS)}{self._random.randrange(101, 1200)}"
        return Home(town.postal, town.prefecture, town.name, numbers, building)

    def _mobile(self) -> str:
        return f"0{self._random.choice('789')}0{self._random.randrange(10**8):08d}"

    def _mail(self) -> str:
        letters = self._random.choices("abcdefghijkmnorstuy", k=self._random.randrange(5, 11))
        local = "".join(letters) + self._random.choice(("", ".", "_"))
        number = self._random.randrange(1, 2000)
        return f"{local}{number}@{self._random.choice(_DOMAINS)}"

    def _birth(self) -> date:
        return date(1940, 1, 1) + timedelta(days=self._random.randrange(24_000))

    # ---- another record of the same person -------------------------------------------------------

    def _again(self, person: Person) -> PartyIn:
        if self._happens("a new life: moved, new phone, new e-mail at once"):
            person = replace(person, home=self._home(), phone=self._mobile(), email=self._mail())
        if self._happens("address: moved"):
            person = replace(person, home=self._home())
        if self._happens("name: new family name after marriage"):
            person = replace(person, family=self._family_name())
        party = _write(person, self._written_email(person))
        party = replace(party, phone=self._written_phone(person), **self._written_address(person))
        party = replace(party, **self._written_name(person))
        if party.birth_on and self._happens("birth date: typo"):
            party = replace(
                party, birth_on=party.birth_on.replace(day=self._random.randrange(1, 28))
            )
        return party

    def _written_email(self, person: Person) -> str:
        if self._happens("e-mail: none (phone or postcard order)"):
            return ""
        if self._happens("e-mail: another one of his own"):
            return self._mail()
        if self._happens("e-mail: typo in the local part or domain"):
            at = self._random.randrange(len(person.email) - 1)
            return self._slip(person.email, at, "abcdeimnorstu")
        if self._happens("e-mail: capitals or full width"):
            return self._random.choice((str.upper, str.title, _full_width))(person.email)
        return person.email

    def _slip(self, text: str, at: int, letters: str) -> str:
        kind = self._random.randrange(3)
        if kind == 0:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        if kind == 1:
            return text[:at] + text[at + 1 :]
        return text[:at] + self._random.choice(letters) + text[at + 1 :]

    def _written_phone(self, person: Person) -> str:
        if self._happens("phone: none"):
            return ""
        phone = person.phone
        if self._happens("phone: the household's landline"):
            phone = person.landline
        elif self._happens("phone: changed"):
            phone = self._mobile()
        elif self._happens("phone: one digit wrong or two swapped"):
            at = self._random.randrange(3, len(phone) - 1)
            swapped = phone[:at] + phone[at + 1] + phone[at] + phone[at + 2 :]
            wrong = phone[:at] + str((int(phone[at]) + 1) % 10) + phone[at + 1 :]
            phone = self._random.choice((swapped, wrong))
        if not self._happens("phone: other format (full width, +81, blanks, none)"):
            return f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"
        forms: tuple[Callable[[str], str], ...] = (
            lambda p: p,
            lambda p: f"+81 {p[1:3]}-{p[3:7]}-{p[7:]}",
            lambda p: f"{p[:3]} {p[3:7]} {p[7:]}",
            lambda p: f"{p[:3]}-{p[3:7]}-{p[7:]}".translate(_TO_FULL),
            lambda p: f"({p[:3]}){p[3:7]}−{p[7:]}",
        )
        return self._random.choice(forms)(phone)

    def _written_address(self, person: Person) -> dict[str, Any]:
        if self._happens("address: none"):
            return {"postal_code": "", "prefecture": "", "address": ""}
        home = person.home
        postal = f"{home.postal[:3]}-{home.postal[3:]}"
        if self._happens("postal code: none or wrong"):
            postal = self._random.choice(("", self._random.choice(self._towns).postal))
        elif self._random.random() < 0.3:
            postal = home.postal
        address = _address(home)
        if self._happens(
            "address: other writing (一丁目, full width, building left out or put in)"
        ):
            address = self._other_writing(home)
        return {"postal_code": postal, "prefecture": home.prefecture, "address": address}

    def _other_writing(self, home: Home) -> str:
        chome, ban, go = home.numbers
        numbers = self._random.choice(
            (
                f"{chome}丁目{ban}番{go}号", f"{chome}丁目{ban}-{go}", f"{chome}-{ban}-{go}",
                f"{_KANJI_DIGITS[chome]}丁目{ban}番地{go}", f"{chome}ー{ban}ー{go}",
                f"{chome}−{ban}−{go}", f"{chome}丁目{ban}番地の{go}",
                f"{chome}-{ban}-{go}".translate(_TO_FULL),
            )
        )  # fmt: skip
        building = self._random.choice(("", home.building, f" {home.building}".rstrip()))
        room = re.search(r"\d+$", home.building)
        if room and building == "" and self._random.random() < 0.3:
            numbers += f"-{room[0]}"
        town = home.town
        if self._random.random() < 0.1:
            town = home.prefecture + town
        return f"{town}{self._random.choice(('', '', ' '))}{numbers}{building}"

    def _written_name(self, person: Person) -> dict[str, Any]:
        family, given = person.family.kanji, person.given.kanji
        kana = [person.family.kana, person.given.kana]
        if self._happens("name: old-form kanji where there is one"):
            family, given = self._old(family), self._old(given)
        if self._happens("reading: one letter wrong"):
            side = self._random.randrange(2)
            kana[side] = self._wrong_letter(kana[side])
        if self._happens("reading: long vowel or small kana written otherwise"):
            kana = [re.sub("ウ$", "ー", part) for part in kana]
            kana = [part.translate(str.maketrans("ャュョッ", "ヤユヨツ")) for part in kana]
        if self._happens("name: no kanji, only the reading"):
            family, given = "", ""
        elif self._happens("reading: missing"):
            kana = ["", ""]
        if self._happens("reading: hiragana or half width"):
            change = self._random.choice((_hiragana, lambda text: text.translate(_HALF_KANA)))
            kana = [change(part) for part in kana]
        if self._happens("name: family and given in one field"):
            family, given = f"{family}{self._random.choice(('', ' ', '　'))}{given}", ""
            if kana[0]:
                kana = [f"{kana[0]} {kana[1]}", ""]
        return {
            "family_name": family, "given_name": given, "family_kana": kana[0], "given_kana": kana[1],
        }  # fmt: skip

    def _old(self, text: str) -> str:
        return "".join(self._random.choice(_OLD_FORMS.get(letter, letter)) for letter in text)

    def _wrong_letter(self, kana: str) -> str:
        at = self._random.randrange(len(kana))
        return kana[:at] + self._random.choice("アイカキサシタトナノマミリルン") + kana[at + 1 :]


def _write(person: Person, email: str) -> PartyIn:
    home = person.home
    return PartyIn(
        email=email,
        phone=f"{person.phone[:3]}-{person.phone[3:7]}-{person.phone[7:]}",
        family_name=person.family.kanji,
        given_name=person.given.kanji,
        family_kana=person.family.kana,
        given_kana=person.given.kana,
        postal_code=f"{home.postal[:3]}-{home.postal[3:]}",
        prefecture=home.prefecture,
        address=_address(home),
        birth_on=person.birth if person.tells_birth else None,
    )


def _address(home: Home) -> str:
    return (
        f"{home.town}{'-'.join(map(str, home.numbers))}{' ' * bool(home.building)}{home.building}"
    )


def _full_width(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


def _hiragana(text: str) -> str:
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def _read_names(path: Path) -> tuple[Sequence[Name], Sequence[Name]]:
    """Read the lists without a YAML parser: every entry is one line."""
    given: list[Name] = []
    family: list[Name] = []
    into = given
    entry = re.compile(r"- \['([^']+)', '[^']+', '([^']+)'\]")
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("last_name"):
            into = family
        found = entry.search(line)
        if found:
            into.append(Name(found[1], found[2]))
    return given, family


def _read_towns(path: Path) -> list[Town]:
    table = pq.read_table(path, columns=["postal_code", "prefecture", "city", "neighborhood"])
    return [
        Town(row["postal_code"], row["prefecture"], row["city"] + row["neighborhood"])
        for row in table.to_pylist()
        if row["neighborhood"] and not re.search("[(（0-9]", row["neighborhood"])
    ]
