"""Example documents for a request model, from its fields' `examples` or, without those, from its JSON Schema."""

from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

WORDS = {
    "date": "2026-11-22",
    "date-time": "2026-11-22T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT1M",
    "uuid": "2b4d3c5a-8a1f-4e6b-9c0d-1e2f3a4b5c6d",
    "email": "person@example.com",
    "uri": "https://example.com/",
}
PLAIN = {"boolean": True, "null": None}


def document(model: type[BaseModel], number: int = 0) -> dict[str, Any]:
    """Return the request document made of each required field's example of that number, or of its last one.

    Raises pydantic's ValidationError where it is not what the model asks for: the field that is named there needs
    `Field(examples=[…])`.
    """
    schema = model.model_json_schema()
    values = {name: _value(schema["properties"][name], schema, number) for name in schema.get("required", ())}
    model.model_validate_json(to_json(values))
    return values


def message_field(model: type[BaseModel]) -> str | None:
    """Return the field that the terminal takes as its positional argument: the first required string."""
    for name, field in model.model_fields.items():
        if field.is_required() and field.annotation is str:
            return field.alias or name
    return None


def _value(field: dict[str, Any], schema: dict[str, Any], number: int) -> Any:  # noqa: ANN401, PLR0911 (any JSON value)
    if examples := field.get("examples"):
        return examples[min(number, len(examples) - 1)]
    if "$ref" in field:
        return _value(schema["$defs"][field["$ref"].rsplit("/", 1)[1]], schema, number)
    if "const" in field or "enum" in field:
        return field.get("const", field.get("enum", [None])[0])
    if "anyOf" in field:
        return _value(field["anyOf"][0], schema, number)
    match field.get("type"):
        case "string":
            text: str = WORDS.get(field.get("format", ""), "hello")
            return text.ljust(field.get("minLength", 0), "o")[: field.get("maxLength")]
        case "integer" | "number":
            low = field.get("minimum", field.get("exclusiveMinimum", 0) + 1 if "exclusiveMinimum" in field else None)
            return low if low is not None else min(1, field.get("maximum", 1), field.get("exclusiveMaximum", 2) - 1)
        case "array":
            return [_value(field.get("items", {}), schema, number)] * max(1, field.get("minItems", 1))
        case "object":
            return {name: _value(field["properties"][name], schema, number) for name in field.get("required", ())}
        case kind:
            return PLAIN.get(str(kind), "hello")
