"""The contents and journeys that come with the product, read from the files beside this one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from okaeri.plan.content.words import Source
from okaeri.plan.journeys.definition import Words
from okaeri.plan.journeys.reading import read_yaml

_HERE = Path(__file__).parent
PLAYBOOKS = _HERE.parent / "playbooks"


class ShippedTemplate(BaseModel):
    """One template file; its name is its key."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Words
    channel: Literal["email"] = "email"
    content_kind: Literal["useful", "sales", "transactional"]
    topic: str = ""
    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True, slots=True)
class Shipped:
    """A template file with its key."""

    key: str
    template: ShippedTemplate

    @property
    def source(self) -> Source:
        return Source(self.key, self.template.subject, self.template.text, self.template.html)


def list_shipped_templates() -> list[Shipped]:
    """Give every template file, by key."""
    return [_read(file) for file in sorted((_HERE / "templates").glob("*.yaml"))]


def _read(file: Path) -> Shipped:
    return Shipped(file.stem, ShippedTemplate.model_validate(read_yaml(file.read_text("utf-8"))))


def list_playbook_sources() -> list[str]:
    """Give the YAML of every playbook, by file name."""
    return [file.read_text("utf-8") for file in sorted(PLAYBOOKS.glob("*.yaml"))]
