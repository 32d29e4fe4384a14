"""The fields of a request model, as a command line knows them."""

from contextlib import suppress
from typing import Any, NamedTuple

from pydantic import AliasChoices, AliasPath, BaseModel
from pydantic.fields import FieldInfo

from lambda_app.terminal.kinds import kinds, spelt
from lambda_app.terminal.spelling import Spelling


class Field(NamedTuple):
    """A field of the request model: its name in JSON, where its value stands in the document, and its spelling."""

    key: str
    path: tuple[str | int, ...]
    info: FieldInfo
    spelling: Spelling
    is_message: bool

    @property
    def option(self) -> str:
        """What it is called on the command line."""
        return self.key.replace("_", "-")

    @property
    def options(self) -> list[str]:
        """The options that give it: two for a flag, and none for the message."""
        flag = [f"no-{self.option}"] if self.spelling.is_flag else []
        return [] if self.is_message else [self.option, *flag]

    @property
    def facts(self) -> list[str]:
        """What help says of it beside its description and its type."""
        facts = ["repeatable"] if self.spelling.is_repeatable else []
        if self.info.is_required():
            return [*facts, "required"]
        default = None if self.info.default_factory else self.info.default
        if default not in (None, [], ()):
            with suppress(ValueError):  # bytes that are no text
                facts.append(f"default: {spelt(default)}")
        return facts


def fields_of(model: type[BaseModel]) -> list[Field]:
    """Return the fields of a request model. The first required string is the message."""
    fields: list[Field] = []
    has_message = False
    for name, info in model.model_fields.items():
        path = _path(name, info, model)
        key = path[0] if len(path) == 1 else name
        spelling = Spelling(info.annotation, info.metadata, model.model_config.get("val_json_bytes", "utf8"))
        is_text = [kind.type for kind in kinds(info.annotation)] == [str]
        is_message = is_text and info.is_required() and not has_message
        has_message = has_message or is_message
        fields.append(Field(str(key), path, info, spelling, is_message))
    return fields


def placed(document: Any, path: tuple[str | int, ...], value: object) -> Any:  # noqa: ANN401 (any JSON value)
    """Return a document with a value put at a path. Where the path leads into a list, null fills the list up."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(first, str):
        members = document if isinstance(document, dict) else {}
        return {**members, first: placed(members.get(first), rest, value)}
    items = document if isinstance(document, list) else []
    length = first + 1 if first >= 0 else -first
    items = items + [None] * (length - len(items))
    items[first] = placed(items[first], rest, value)
    return items


def _path(name: str, info: FieldInfo, model: type[BaseModel]) -> tuple[str | int, ...]:
    """Return where the reader looks for a field. Of several places, a plain name comes before a path."""
    if not model.model_config.get("validate_by_alias", True):
        return (name,)
    alias = info.validation_alias
    if isinstance(alias, AliasChoices):
        alias = next((choice for choice in alias.choices if isinstance(choice, str)), alias.choices[0])
    return tuple(alias.path) if isinstance(alias, AliasPath) else (alias or name,)
