"""Example documents for a request model, from its fields' `examples` or, without those, from its JSON Schema."""

import json
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

Schema = dict[str, Any]

WORDS = {
    "base64": "aGVsbG8=",
    "base64url": "aGVsbG8=",
    "date": "2026-11-22",
    "date-time": "2026-11-22T12:00:00Z",
    "duration": "PT1M",
    "email": "person@example.com",
    "ipv4": "192.0.2.1",
    "ipv4interface": "192.0.2.1/24",
    "ipv4network": "192.0.2.0/24",
    "ipv6": "2001:db8::1",
    "ipv6interface": "2001:db8::1/32",
    "ipv6network": "2001:db8::/32",
    "ipvanyaddress": "192.0.2.1",
    "json-string": '"hello"',
    "time": "12:00:00Z",
    "uri": "https://example.com/",
    "uuid": "2b4d3c5a-8a1f-4e6b-9c0d-1e2f3a4b5c6d",
    "uuid4": "2b4d3c5a-8a1f-4e6b-9c0d-1e2f3a4b5c6d",
}


class NoSample(Exception):
    """No document can be made up that a request model takes; the text names the field."""


class Endless(Exception):
    """A model has itself for a part, which has to end somewhere."""


def document(model: type[BaseModel], number: int = 0) -> dict[str, Any]:
    """Return the request document made of each required field's example of that number, or of its last one.

    Raises NoSample where it is not what the model asks for.
    """
    schema = model.model_json_schema()
    try:
        values: dict[str, Any] = Sampler(schema, number).value(schema)
        model.model_validate_json(to_json(values))
    except Endless:
        raise NoSample(f"{model.__name__} needs Field(examples=[…]), because it never ends") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise NoSample(f"{model.__name__}.{field} needs Field(examples=[…]): {first['msg']}") from None
    except Exception as error:  # noqa: BLE001 (whatever a validator raises)
        raise NoSample(f"{model.__name__} needs Field(examples=[…]): {type(error).__name__} was raised") from None
    return values


class Sampler:
    """Makes up the values that a JSON Schema describes, out of the examples of a number."""

    def __init__(self, root: Schema, number: int) -> None:
        self.definitions: dict[str, Schema] = root.get("$defs", {})
        self.number = number

    def value(self, field: Schema, inside: frozenset[str] = frozenset()) -> Any:  # noqa: ANN401 (any JSON value)
        """Return a value, as a part of the definitions that it is inside of. Raises Endless."""
        match field:
            case {"examples": [*_, last] as examples}:
                return examples[self.number] if self.number < len(examples) else last
            case {"$ref": reference}:
                name = reference.rsplit("/", 1)[1]
                if name in inside:
                    raise Endless
                return self.value(self.definitions[name], inside | {name})
            case {"discriminator": {"propertyName": name, "mapping": mapping}}:
                return self.first([({"$ref": reference}, {name: tag}) for tag, reference in mapping.items()], inside)
            case {"anyOf": choices} | {"oneOf": choices}:
                return self.first([(choice, {}) for choice in choices], inside)
            case {"const": value} | {"enum": [value, *_]}:
                return value
        return self.typed(field, inside)

    def typed(self, field: Schema, inside: frozenset[str]) -> Any:  # noqa: ANN401 (as above)
        """Return a value of a JSON type; of any type, where the schema leaves it open, a string."""
        match field.get("type"):
            case "array":
                return self.array(field, inside)
            case "object":
                return self.object(field, inside)
            case "integer" | "number":
                return number(field)
            case "boolean":
                return True
            case "null":
                return None
        return json.dumps(self.value(field["contentSchema"], inside)) if "contentSchema" in field else text(field)

    def first(self, choices: list[tuple[Schema, dict[str, str]]], inside: frozenset[str]) -> Any:  # noqa: ANN401 (as above)
        """Return the value of the first choice that ends, with the members that tell it from the others."""
        for choice, tag in choices:
            try:
                value = self.value(choice, inside)
            except Endless:
                continue
            return {**tag, **value} if tag else value
        raise Endless

    def array(self, field: Schema, inside: frozenset[str]) -> list[Any]:
        """Return an array of one item, or of as many as there have to be."""
        if "prefixItems" in field:
            return [self.value(item, inside) for item in field["prefixItems"]]
        fewest = field.get("minItems", 0)
        try:
            return [self.value(field.get("items", {}), inside)] * max(1, fewest)
        except Endless:
            if fewest:
                raise
            return []

    def object(self, field: Schema, inside: frozenset[str]) -> dict[str, Any]:
        """Return an object of its required properties; of a mapping, one with a single name."""
        properties = field.get("properties", {})
        values = {name: self.value(properties[name], inside) for name in field.get("required", ())}
        if not properties and isinstance(values_of := field.get("additionalProperties"), dict):
            name = self.value(field.get("propertyNames", {}), inside)
            values[name if isinstance(name, str) else json.dumps(name)] = self.value(values_of, inside)
        return values


def text(field: Schema) -> str:
    """Return a string: a word of its format, the shortest that its pattern takes, or hello."""
    low, high = field.get("minLength", 0), field.get("maxLength")
    if "pattern" in field:
        from hypothesis import find, settings, strategies  # noqa: PLC0415 (few models have a pattern)

        words: strategies.SearchStrategy[str] = strategies.from_regex(str(field["pattern"]))
        always_the_same = settings(database=None, derandomize=True)
        return find(words, lambda word: len(word) >= low, settings=always_the_same)
    return WORDS.get(field.get("format", ""), "hello").ljust(low, "o")[:high]


def number(field: Schema) -> float:
    """Return a number within its bounds: 1, or one that is near a bound, or between them."""
    low = field.get("minimum", field.get("exclusiveMinimum"))
    high = field.get("maximum", field.get("exclusiveMaximum"))
    step = field.get("multipleOf", 1)
    candidates: list[float] = [1, 0, step]
    candidates += [] if low is None else [low, low + 1, (low // step + 1) * step]
    candidates += [] if high is None else [high, high - 1, (high - 1) // step * step]
    candidates += [] if low is None or high is None else [(low + high) / 2]
    return next((each for each in candidates if is_allowed(each, field)), 1)


def is_allowed(candidate: float, field: Schema) -> bool:
    """Tell whether a number is within its bounds."""
    return bool(
        (candidate >= field.get("minimum", candidate))
        and (candidate <= field.get("maximum", candidate))
        and ("exclusiveMinimum" not in field or candidate > field["exclusiveMinimum"])
        and ("exclusiveMaximum" not in field or candidate < field["exclusiveMaximum"])
        and (candidate % field.get("multipleOf", candidate or 1) == 0)
    )
