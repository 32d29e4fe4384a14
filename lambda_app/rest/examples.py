"""Named examples of requests in OpenAPI. They are made only when the OpenAPI document is asked for."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from lambda_app.contract.endpoint import Endpoint
from lambda_app.rest.batch import MEDIA_TYPES

_MAX_SUMMARY = 60


def add_examples(document: dict[str, Any], endpoints: Mapping[str, Endpoint]) -> None:
    """Give the requests of every endpoint the examples of its fields, and one that is refused.

    Nothing is added where a required field has no `examples`, or to a route that has examples of its own.
    """
    for name, endpoint in endpoints.items():
        accepted = accepted_examples(endpoint.request)
        if not accepted:
            continue
        named = {f"example-{number}": _example(_line(each), each) for number, each in enumerate(accepted, start=1)}
        if refused := refused_example(endpoint.request, accepted[0]):
            missing, without = refused
            named["refused"] = _example(f"Refused: {missing} is missing", without)
        lines = "".join(f"{_line(each['value'])}\n" for each in named.values())
        _add(document, f"/{name}", ("application/json",), named)
        _add(document, f"/{name}/batch", MEDIA_TYPES, {"lines": _example("A line for each example", lines)})


def accepted_examples(model: type[BaseModel]) -> list[dict[str, Any]]:
    """Return the examples of a model, or documents made of its fields' examples, which the model takes."""
    schema = model.model_json_schema()
    fields = {name: field["examples"] for name, field in schema.get("properties", {}).items() if field.get("examples")}
    found = list(schema.get("examples", ()))
    if not found and fields and fields.keys() >= set(schema.get("required", ())):
        # Each field's example of that number, or its last one.
        longest = max(len(examples) for examples in fields.values())
        numbers = range(longest)
        found = [{name: each[min(number, len(each) - 1)] for name, each in fields.items()} for number in numbers]
    return [each for each in found if _is_accepted(model, each)]


def refused_example(model: type[BaseModel], accepted: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return the first required field, and the example without it, if the model refuses that."""
    missing = next(iter(model.model_json_schema().get("required", ())), None)
    if missing is None:
        return None
    document = {name: value for name, value in accepted.items() if name != missing}
    return None if _is_accepted(model, document) else (missing, document)


def _is_accepted(model: type[BaseModel], document: object) -> bool:
    try:
        model.model_validate_json(_line(document))
    except Exception:  # noqa: BLE001 (whatever a validator raises)
        return False
    return True


def _line(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _example(summary: str, value: object) -> dict[str, Any]:
    return {"summary": summary if len(summary) <= _MAX_SUMMARY else f"{summary[: _MAX_SUMMARY - 1]}…", "value": value}


def _add(document: dict[str, Any], path: str, media_types: tuple[str, ...], examples: dict[str, Any]) -> None:
    for content in _contents(document, path, media_types):
        if not {"example", "examples"} & content.keys():
            content["examples"] = examples


def _contents(document: dict[str, Any], path: str, media_types: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    content = document["paths"].get(path, {}).get("post", {}).get("requestBody", {}).get("content", {})
    yield from (content[media_type] for media_type in media_types if media_type in content)
