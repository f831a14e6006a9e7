"""Reading YAML that somebody wrote: small, without aliases, a mapping; anything else is one sentence."""

from typing import Any

import yaml

from okaeri.foundation.text import Text
from okaeri.plan.types import DefinitionError

MOST_CHARACTERS = 200_000
MOST_DEPTH = 20
_TOO_LONG = Text(
    "定義が長すぎます。{most}文字までにしてください。",
    "The definition is too long; at most {most} characters.",
)
_ALIAS = Text(
    "定義の{line}行目の別名(*)は使えません。同じ内容を書いてください。",
    "Line {line} of the definition uses an alias (*), which is not allowed; write it out.",
)
_NOT_YAML = Text(
    "定義の{line}行目がYAMLとして読めません。字下げと記号を確認してください。",
    "Line {line} of the definition is not YAML; check indentation and punctuation.",
)
_NOT_A_MAPPING = Text(
    "定義は key: から始まる項目の並びで書いてください。",
    "Write the definition as fields such as key: and name:.",
)


def _refuse_bombs(source: str) -> None:
    """Refuse aliases, which make a few lines stand for billions, and nesting without end."""
    depth = 0
    for event in yaml.parse(source, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise DefinitionError(_ALIAS.format(line=line))
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise DefinitionError(_NOT_YAML.format(line=line))


def read_yaml(source: str) -> dict[str, Any]:
    """Give the document as a mapping or raise DefinitionError."""
    if len(source) > MOST_CHARACTERS:
        raise DefinitionError(_TOO_LONG.format(most=MOST_CHARACTERS))
    try:
        _refuse_bombs(source)
        document = yaml.safe_load(source)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DefinitionError(_NOT_YAML.format(line=mark.line + 1 if mark else 1)) from error
    except (ValueError, RecursionError) as error:
        raise DefinitionError(_NOT_YAML.format(line=1)) from error
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        raise DefinitionError(_NOT_A_MAPPING)
    return document
