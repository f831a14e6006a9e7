"""The editor of a form: what staff typed becomes a definition, and a definition becomes inputs."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.form_types import (
    MOST_QUESTIONS,
    FormDefinition,
    FormFile,
    FormView,
    Need,
    Question,
)

KIND_NAMES: Mapping[str, Text] = {
    "signup": Text("お知らせの登録", "Sign-up for news"),
    "document": Text("資料請求", "Request of a document"),
    "popup": Text("ポップアップ", "Pop-up"),
}
NEED_NAMES: Mapping[str, Text] = {
    "off": Text("聞かない", "Not asked"),
    "optional": Text("任意", "Optional"),
    "required": Text("必須", "Required"),
}
QUESTION_KINDS: Mapping[str, Text] = {
    "choice": Text("1つ選ぶ", "Choose one"),
    "tags": Text("いくつでも選ぶ", "Choose any"),
    "text": Text("自由に書く", "Free text"),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it stands in the editor."""

    key: str
    kind: str
    definition: FormDefinition

    @property
    def numbered(self) -> list[tuple[int, Question | None, str]]:
        """Every row for a question of the shop's own with its choices a line each, empty ones last."""
        asked = [(question, "\n".join(question.choices)) for question in self.definition.questions]
        free = [(None, "")] * (MOST_QUESTIONS - len(asked))
        return [(n, *row) for n, row in enumerate([*asked, *free])]

    @property
    def origins_text(self) -> str:
        return "\n".join(self.definition.origins)

    @property
    def tags_text(self) -> str:
        return ", ".join(self.definition.tags)

    @property
    def needs(self) -> list[tuple[str, Text, str]]:
        """Contact field, its name, how it is asked for."""
        return [
            (name, label, self.definition.needs.get(name, Need.OFF))
            for name, label in intake.CONTACT_FIELDS.items()
        ]


def blank() -> Draft:
    """Give a new form with a consent that says what the law asks for."""
    name = load(ShopProfile).sender_name or load(ShopProfile).name
    consent = Text(
        f"{name}から、商品のご案内などの広告メールを受け取ることに同意します。いつでも配信を止められます。",
        f"I agree to receive advertising e-mails from {name}. I can stop them at any time.",
    )
    nothing = Text("", "")
    return Draft(
        "",
        "signup",
        FormDefinition(nothing, nothing, consent, nothing, must_agree=True),
    )


def draft_of(form: FormView) -> Draft:
    """Give a kept form for the editor."""
    return Draft(form.key, form.kind, form.definition)


def read_draft(request: HttpRequest, before: Draft | None = None) -> Draft:
    """Read what was typed; the file stays the old one where no new one was chosen."""
    post = request.POST
    file = before.definition.file if before else None
    upload = request.FILES.get("file")
    if upload is not None:
        file = intake.keep_form_file(upload.name or "", upload.chunks())
    definition = FormDefinition(
        title=_text(post, "title"),
        intro=_text(post, "intro"),
        consent=_text(post, "consent"),
        thanks=_text(post, "thanks"),
        needs=_needs(post),
        questions=_questions(post),
        tags=tuple(_split(post.get("tags", ""), ",")),
        media_code=post.get("media_code", "").strip()[:80],
        is_double=post.get("is_double") == "1",
        must_agree=post.get("must_agree") == "1",
        file=file,
        origins=tuple(
            origin.rstrip("/").lower() for origin in _split(post.get("origins", ""), "\n")
        ),
        line_url=post.get("line_url", "").strip()[:300],
    )
    key = before.key if before and before.key else post.get("key", "").strip()
    return Draft(key, post.get("kind", ""), definition)


def _text(post: Mapping[str, str], name: str) -> Text:
    """The Japanese words stand for both where there are no English ones."""
    ja = post.get(f"{name}_ja", "").replace("\r\n", "\n").strip()[:2000]
    en = post.get(f"{name}_en", "").replace("\r\n", "\n").strip()[:2000]
    return Text(ja, en or ja)


def _needs(post: Mapping[str, str]) -> dict[str, str]:
    asked = {name: post.get(f"need_{name}", "off") for name in intake.CONTACT_FIELDS}
    return {name: need for name, need in asked.items() if need in ("optional", "required")}


def _questions(post: Mapping[str, str]) -> tuple[Question, ...]:
    found = []
    for number in range(MOST_QUESTIONS):
        label = _text(post, f"q{number}_label")
        key = post.get(f"q{number}_key", "").strip()
        if not label.ja and not key:
            continue
        kind = post.get(f"q{number}_kind", "")
        choices = () if kind == "text" else tuple(_split(post.get(f"q{number}_choices", ""), "\n"))
        is_required = post.get(f"q{number}_required") == "1"
        found.append(Question(key, label, kind, choices, is_required))
    return tuple(found)


def _split(text: str, mark: str) -> list[str]:
    parts = (part.strip()[:200] for part in text.replace("、", mark).split(mark))
    return list(dict.fromkeys(part for part in parts if part))


def file_in_words(file: FormFile) -> str:
    """Name and size of a file."""
    return f"{file.name} ({file.bytes / 1024 / 1024:.1f} MB)"
