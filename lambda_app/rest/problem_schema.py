"""The schema of problems in OpenAPI. It is imported only when the OpenAPI document is asked for."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from lambda_app.contract.problem import MAX_ERRORS, MEDIA_TYPE, Problem

_REFERENCE = "#/components/schemas/"


class ProblemError(BaseModel):
    """What is wrong with a part of the input."""

    pointer: str | None = Field(None, description="JSON Pointer of the part of the body, as a URI fragment.")
    parameter: str | None = Field(None, description="Name of the query or path parameter.")
    header: str | None = Field(None, description="Name of the header.")
    cookie: str | None = Field(None, description="Name of the cookie.")
    code: str = Field(description="pydantic's code of the error.")
    detail: str


class ProblemDetails(BaseModel):
    """RFC 9457, Problem Details for HTTP APIs."""

    model_config = ConfigDict(json_schema_extra={"examples": [Problem(404).document]})

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[ProblemError] | None = Field(None, max_length=MAX_ERRORS)
    errorCount: int | None = Field(None, description="How many errors there are, where not all are listed.")  # noqa: N815 (a member of the document)


def add_problem_schema(document: dict[str, Any]) -> None:
    """Give every problem response its schema, under a name that no schema of yours has."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    prefix = "" if {"ProblemDetails", "ProblemError"}.isdisjoint(schemas) else "lambda_app."
    for response in _responses(document):
        content = response.get("content", {})
        if "schema" not in content.get(MEDIA_TYPE, {"schema": None}):
            schema = {"schema": {"$ref": f"{_REFERENCE}{prefix}ProblemDetails"}}
            response["content"] = {**content, MEDIA_TYPE: {**schema, **content[MEDIA_TYPE]}}
    template = f"{_REFERENCE}{prefix}{{model}}"
    _, found = models_json_schema([(ProblemDetails, "serialization")], ref_template=template)
    schemas |= {f"{prefix}{name}": schema for name, schema in found["$defs"].items()}


def _responses(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in document.get("paths", {}).values():
        for operation in operations.values():
            yield from operation.get("responses", {}).values()
