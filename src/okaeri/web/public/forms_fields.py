"""The inputs of a form as its page shows them: labels, kinds of keyboard, what was typed, what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.form_types import FormDefinition, Need

_EMAIL = Text("メールアドレス", "E-mail address")
_LABELS: Mapping[str, Text] = {
    "family_name": Text("姓", "Family name"),
    "given_name": Text("名", "Given name"),
    "family_kana": Text("セイ(カナ)", "Family name in kana"),
    "given_kana": Text("メイ(カナ)", "Given name in kana"),
    "phone": Text("電話番号", "Phone"),
    "postal_code": Text("郵便番号", "Postal code"),
    "prefecture": Text("都道府県", "Prefecture"),
    "address": Text("市区町村・番地・建物", "Address"),
    "birth_on": Text("生年月日", "Date of birth"),
}
_AUTOCOMPLETE = {
    "email": "email", "family_name": "family-name", "given_name": "given-name", "phone": "tel",
    "postal_code": "postal-code", "prefecture": "address-level1", "address": "street-address",
    "birth_on": "bday",
}  # fmt: skip
_TYPES = {"email": "email", "phone": "tel", "birth_on": "date"}


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a page. `kind`: input, select, radio, checks or area."""

    name: str
    label: Text
    kind: str
    type: str = "text"
    autocomplete: str = ""
    is_required: bool = False
    options: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    problem: Text | None = None

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


def list_fields(
    definition: FormDefinition,
    typed: Mapping[str, Sequence[str]],
    problems: Mapping[str, Text],
) -> list[Field]:
    """Give every question in the order of the page."""
    return list(_fields(definition, typed, problems))


def _fields(
    definition: FormDefinition,
    typed: Mapping[str, Sequence[str]],
    problems: Mapping[str, Text],
) -> Iterator[Field]:
    def contact(name: str, label: Text, *, is_required: bool) -> Field:
        return Field(
            name,
            label,
            "select" if name == "prefecture" else "input",
            _TYPES.get(name, "text"),
            _AUTOCOMPLETE.get(name, "off"),
            is_required,
            intake.PREFECTURES if name == "prefecture" else (),
            tuple(typed.get(name, ())),
            problems.get(name),
        )

    yield contact("email", _EMAIL, is_required=True)
    for part in intake.CONTACT_FIELDS:
        need = definition.needs.get(part, Need.OFF)
        if need != Need.OFF:
            for name in intake.INPUTS[part]:
                yield contact(name, _LABELS[name], is_required=need == Need.REQUIRED)
    for question in definition.questions:
        name = intake.QUESTION + question.key
        kind = {"choice": "radio", "tags": "checks", "text": "area"}[question.kind]
        yield Field(
            name,
            question.label,
            kind,
            is_required=question.is_required,
            options=question.choices,
            values=tuple(typed.get(name, ())),
            problem=problems.get(name),
        )
