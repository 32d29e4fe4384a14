"""What FastAPI cannot tell of the application in its OpenAPI document."""

from typing import Any

from fastapi import FastAPI

from lambda_app.endpoint import Endpoint, too_large
from lambda_app.problem import JSON_LINES, MEDIA_TYPE, InvalidInput, Problem, refused

_STRING = {"type": "string"}
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457, Problem Details for HTTP APIs",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": _STRING,
        "status": {"type": "integer"},
        "detail": _STRING,
        "errors": {
            "type": "array",
            "maxItems": 20,
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {"pointer": _STRING, "code": _STRING, "detail": _STRING},
            },
        },
        "errorCount": {"type": "integer", "description": "How many errors there are, where not all are listed."},
    },
}
NOT_JSON = {"loc": (), "type": "json_invalid", "msg": "Invalid JSON: expected value at line 1 column 1"}
MISSING = {"loc": ("message",), "type": "missing", "msg": "Field required"}
PROBLEMS = {
    "Empty, not JSON, not UTF-8, or nested too deeply": refused([NOT_JSON]),
    "Larger than 1 MiB": too_large(),
    "Another content type": InvalidInput(415, "The content type must be application/json."),
    "JSON that the request model refuses": refused([MISSING]),
    "The processing failed": Problem(500),
}
BATCH = "For each line, in order, its response document or its problem document"
LINES = {"schema": _STRING, "example": '{"message": "hello"}\n{"message": "hello world"}\n'}
HEALTH = {
    "get": {
        "summary": "Health",
        "description": "Says that the application is alive, and which version it is.",
        "operationId": "health",
        "responses": {
            "200": {
                "description": "Alive",
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["status", "version"],
                            "properties": {"status": {"const": "ok"}, "version": _STRING},
                        }
                    }
                },
            }
        },
    }
}


def _responses(*statuses: int) -> dict[str, Any]:
    return {
        str(problem.status): {
            "description": description,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": problem.document}},
        }
        for description, problem in PROBLEMS.items()
        if problem.status in statuses
    }


def complete(document: dict[str, Any], endpoint: Endpoint[Any, Any]) -> dict[str, Any]:
    """Return FastAPI's document with the application's own routes in it.

    FastAPI describes the endpoint's function too, but here alone: a route of its own would build the models of its
    documentation in every start.
    """
    described = FastAPI()
    described.add_api_route(
        "/process", endpoint.function, methods=["POST"], response_model=endpoint.response, operation_id="process"
    )
    own = described.openapi()
    process = own["paths"]["/process"]
    process["post"]["responses"].update(_responses(400, 413, 415, 422, 500))
    batch = {
        "summary": "Process Batch",
        "description": "Processes JSON Lines: a request document a line in, one line out for each.",
        "operationId": "process_batch",
        "requestBody": {"required": True, "content": dict.fromkeys(JSON_LINES, LINES)},
        "responses": {
            "200": {"description": BATCH, "content": {JSON_LINES[0]: {"schema": _STRING}}},
            **_responses(413, 415),
        },
    }
    document["paths"] = {"/process": process, "/process/batch": {"post": batch}, "/health": HEALTH} | document["paths"]
    unused = ("HTTPValidationError", "ValidationError")  # of FastAPI's own 422, which is never given
    schemas = {name: schema for name, schema in own["components"]["schemas"].items() if name not in unused}
    components = document.setdefault("components", {})
    components["schemas"] = {**schemas, "Problem": PROBLEM_SCHEMA, **components.get("schemas", {})}
    return document
