"""Copies of pydantic's schemas that validate alike, and find fewer errors."""

from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any

from pydantic_core import PydanticKnownError
from pydantic_core.core_schema import no_info_plain_validator_function, with_default_schema

_COLLECTIONS = {"list", "deque", "tuple", "set", "frozenset", "dict", "frozendict", "ordered-dict", "counter"}

# Where a schema of pydantic-core holds others (`pydantic_core.core_schema`).
_PARTS = {
    *("schema", "items_schema", "keys_schema", "values_schema", "choices", "fields", "definitions", "steps"),
    *("lax_schema", "strict_schema", "json_schema", "extras_schema", "extras_keys_schema"),
}

# Schemas that refuse any object of Python's own, and call no function of yours with it.
_PLAIN = {
    *("none", "bool", "int", "float", "decimal", "str", "bytes", "date", "time", "datetime", "timedelta", "uuid"),
    *("literal", "url", "multi-host-url", "typed-dict", "dataclass", *_COLLECTIONS),
}

# Schemas whose errors have locations that the document has not.
_TAGGED = {
    *("tagged-union", "lax-or-strict", "function-wrap", "function-plain"),
    *("dict", "frozendict", "ordered-dict", "counter"),
}

UNION = {"type": "union_error", "detail": "Input should match one of the types"}
# Has an item left for each unknown field that may still be told.
unknown_fields: ContextVar[Iterator[None]] = ContextVar("unknown_fields")


class Absent:
    """The default of a required field. Its refusal stands for the field that is missing, and holds no input."""

    def __init__(self, name: str, key: str) -> None:
        self._name = name
        self._key = key

    def location(self, found: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """Return the location of the missing field, where pydantic found this default refused."""
        last = len(found) - 1 - found[::-1].index(self._name)
        return (*found[:last], self._key)


def _refuse(unknown: object) -> object:
    """Refuse an unknown field, by its name or its value, or let it pass where enough of them have been refused."""
    for _ in unknown_fields.get():
        raise PydanticKnownError("extra_forbidden")
    return unknown


# How each kind of object refuses the first 20 unknown fields. A dataclass has no place for such a function.
_REFUSE = no_info_plain_validator_function(_refuse)
_UNKNOWN_PASSES: Mapping[str, Mapping[str, Any]] = {
    "model-fields": {"extra_behavior": "allow", "extras_keys_schema": _REFUSE},
    "typed-dict": {"extra_behavior": "allow", "extras_schema": _REFUSE},
    "dataclass-args": {"extra_behavior": "ignore"},
}


class Twin:
    """Copies of a schema that validate alike, except for how many errors they find."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self._reports = False
        self._definitions = {each["ref"]: each for each in schema.get("definitions", ())}
        self.has_tags = False

    def schema(self, *, reports: bool = False) -> Any:  # noqa: ANN401 (any of pydantic-core's schemas)
        """Return a copy. One that reports lets unknown fields pass after the first 20, so it must not decide."""
        self._reports = reports
        return self._copy(self._schema, {})

    def _copy(self, part: Any, config: Mapping[str, Any]) -> Any:  # noqa: ANN401 (schemas, and lists and dicts of them)
        if isinstance(part, list | tuple):
            return type(part)(self._copy(each, config) for each in part)
        if not isinstance(part, dict):
            return part
        kind = part.get("type")
        if not isinstance(kind, str):  # schemas by name
            return {name: self._copy(each, config) for name, each in part.items()}
        config = part.get("config") or config
        copy = {name: self._copy(each, config) if name in _PARTS else each for name, each in part.items()}
        self.has_tags |= kind in _TAGGED
        if kind in _COLLECTIONS:
            copy["fail_fast"] = True
        elif kind == "union" and "custom_error_type" not in part:
            # With an error of its own, it keeps none of its choices', each of which would hold a copy of the input.
            copy |= {"custom_error_type": UNION["type"], "custom_error_message": UNION["detail"]}
        elif kind == "model-fields":
            copy["fields"] = {name: self._field(name, each, config) for name, each in copy["fields"].items()}
        if self._reports and (part.get("extra_behavior") or config.get("extra_fields_behavior")) == "forbid":
            copy |= _UNKNOWN_PASSES.get(kind, {})
        return copy

    def _field(self, name: str, field: dict[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
        alias = field.get("validation_alias") or name
        by_alias = alias == name or (config.get("loc_by_alias", True) and config.get("validate_by_alias", True))
        if not (isinstance(alias, str) and by_alias and self._refuses_objects(field["schema"])):
            return field
        default = with_default_schema(field["schema"], default=Absent(name, alias), validate_default=True)
        return {**field, "schema": default}

    def _refuses_objects(self, schema: Mapping[str, Any]) -> bool:
        """Tell whether a schema is sure to refuse an object of Python's own without calling a function of yours."""
        match schema["type"]:
            case "nullable" | "function-after":
                found = self._refuses_objects(schema["schema"])
            case "model":
                reads_attributes = schema.get("config", {}).get("from_attributes") or schema.get("custom_init")
                found = schema["schema"]["type"] == "model-fields" and not reads_attributes
            case "enum":
                found = "missing" not in schema
            case "union":
                choices = (each[0] if isinstance(each, tuple) else each for each in schema["choices"])
                found = all(self._refuses_objects(each) for each in choices)
            case "tagged-union":
                found = isinstance(schema["discriminator"], str)
            case "definition-ref":
                found = self._refuses_objects(self._definitions.get(schema["schema_ref"], {"type": ""}))
            case kind:
                found = kind in _PLAIN
        return found
