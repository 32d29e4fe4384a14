"""What the application's routes are documented as: built when the OpenAPI document is asked for, and not before."""

from typing import Any, Literal

from fastapi import FastAPI, Response
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from lambda_app.endpoint import Endpoint, too_large
from lambda_app.problem import JSON_LINES, MEDIA_TYPE, InvalidInput, Problem, refused

REF = "#/components/schemas/"
NOT_JSON = {"loc": (), "type": "json_invalid", "msg": "Invalid JSON: expected value at line 1 column 1"}
MISSING = {"loc": ("message",), "type": "missing", "msg": "Field required"}
PROBLEMS = {
    "Empty, not JSON, not UTF-8, or nested too deeply": refused([NOT_JSON]),
    "Larger than 1 MiB": too_large(),
    "Another content type": InvalidInput(415, "The content type must be application/json."),
    "JSON that the request model refuses": refused([MISSING]),
    "The processing failed": Problem(500),
}
LINES = {"schema": {"type": "string"}, "example": '{"message": "hello"}\n{"message": "hello world"}\n'}
ANSWERED_LINES = {
    "description": "For each line, in order, its response document or its problem document",
    "content": {JSON_LINES[0]: {"schema": {"type": "string"}}},
}


class ProblemError(BaseModel):
    """What is wrong with a part of the input."""

    pointer: str
    code: str
    detail: str


class ProblemDocument(BaseModel):
    """RFC 9457, Problem Details for HTTP APIs."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[ProblemError] | None = Field(None, max_length=20)
    errorCount: int | None = Field(None, description="How many errors there are, where not all are listed.")  # noqa: N815


class Health(BaseModel):
    """The answer of a live application."""

    status: Literal["ok"]
    version: str


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {
        problem.status: {
            "description": description,
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"{REF}ProblemDocument"}, "example": problem.document}},
        }
        for description, problem in PROBLEMS.items()
        if problem.status in statuses
    }


def process_batch() -> None:
    """Process JSON Lines: a request document a line in, one line out for each."""


def health() -> None:
    """Say that the application is alive, and which version it is."""


def complete(document: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    """Return FastAPI's document with the application's own routes in it."""
    described = FastAPI(generate_unique_id_function=lambda route: route.name)
    described.post("/process", response_model=endpoint.response, responses=_problems(400, 413, 415, 422, 500))(
        endpoint.function
    )
    described.post(
        "/process/batch",
        response_class=Response,
        responses={200: ANSWERED_LINES, **_problems(413, 415)},
        openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(JSON_LINES, LINES)}},
    )(process_batch)
    described.get("/health", response_model=Health)(health)
    own = described.openapi()
    document["paths"] = own["paths"] | document["paths"]
    _, problems = models_json_schema([(ProblemDocument, "serialization")], ref_template=f"{REF}{{model}}")
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(own["components"]["schemas"] | problems["$defs"])
    return document
