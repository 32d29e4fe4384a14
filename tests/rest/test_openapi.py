"""The OpenAPI document: every route, every problem, whenever it was added."""

import json
import re
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from openapi_spec_validator import validate
from pydantic import BaseModel, ConfigDict, Field
from starlette.testclient import TestClient

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.problem import Problem
from lambda_app.rest import health
from lambda_app.rest.application import Application
from lambda_app.rest.problems import responses
from tests.echo import ECHO

PROBLEM = {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}


def contents(document: dict[str, Any], path: str, method: str = "post") -> dict[str, Any]:
    """Return what each response of an operation contains, without its examples."""
    found = document["paths"][path][method]["responses"]
    return {
        status: {
            name: {key: value for key, value in content.items() if key != "example"}
            for name, content in response.get("content", {}).items()
        }
        for status, response in found.items()
    }


def test_an_endpoint_names_its_models_and_every_problem(rest: TestClient) -> None:
    document = rest.get("/openapi.json").json()
    validate(document)
    assert sorted(document["paths"]) == ["/health", "/own", "/process", "/process/batch", "/ready"]
    post = document["paths"]["/process"]["post"]
    assert post["requestBody"]["content"] == {
        "application/json": {"schema": {"$ref": "#/components/schemas/EchoRequest"}}
    }
    problem = {"application/problem+json": PROBLEM}
    assert contents(document, "/process") == {
        "200": {"application/json": {"schema": {"$ref": "#/components/schemas/EchoResponse"}}},
        **dict.fromkeys(["400", "409", "413", "415", "422", "500", "default"], problem),
    }
    assert contents(document, "/process/batch") == {
        "200": {"application/jsonl": {"schema": {"type": "string"}}},
        **dict.fromkeys(["413", "415", "default"], problem),
    }
    assert post["responses"]["409"] == {
        "description": "The message is not welcome.",
        "content": {
            "application/problem+json": {
                "example": {"type": "https://example.com/unwelcome", "title": "Conflict", "status": 409},
                **PROBLEM,
            }
        },
    }
    assert sorted(document["components"]["schemas"]) == [
        *("EchoRequest", "EchoResponse", "Health", "ProblemDetails", "ProblemError")
    ]
    references = set(re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(document)))
    assert references == set(document["components"]["schemas"])


def test_a_route_that_is_added_late_is_documented_with_its_problems() -> None:
    app = Application({"process": ECHO}, title="late", version="1")
    app.openapi()

    @app.get("/late")
    async def late(q: Annotated[int, Query(ge=1)]) -> int:
        return q

    router = APIRouter()

    @router.get("/later")
    async def later(q: int) -> int:
        return q

    app.include_router(router, prefix="/included")
    validate(app.openapi())
    for path in ("/late", "/included/later"):
        found = contents(app.openapi(), path, "get")
        assert (sorted(found), found["default"]) == (["200", "default"], {"application/problem+json": PROBLEM})
    assert "HTTPValidationError" not in json.dumps(app.openapi())


class Health(BaseModel):
    """A person's own model, which is called as one of the template's."""

    pulse: int


class ProblemDetails(BaseModel):
    """Another one."""

    what: str


def test_a_model_of_a_person_stands_beside_the_template_s_of_the_same_name() -> None:
    app = Application({"process": ECHO}, title="names", version="1")
    app.include_router(health.router)

    @app.get("/pulse")
    async def pulse() -> Health:
        return Health(pulse=60)

    @app.get("/own", responses={418: {"model": ProblemDetails}})
    async def own() -> None:
        pass

    document = app.openapi()
    validate(document)
    schemas = document["components"]["schemas"]

    def properties(path: str, status: str, media_type: str) -> list[str]:
        reference = document["paths"][path]["get"]["responses"][status]["content"][media_type]["schema"]["$ref"]
        return sorted(schemas[reference.rsplit("/", 1)[1]]["properties"])

    assert properties("/pulse", "200", "application/json") == ["pulse"]
    assert properties("/health", "200", "application/json") == ["status", "version"]
    assert properties("/ready", "200", "application/json") == ["status", "version"]
    assert document["paths"]["/ready"]["get"]["responses"]["503"]["content"]["application/problem+json"]["example"] == {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
    }
    assert properties("/own", "418", "application/json") == ["what"]
    assert properties("/own", "default", "application/problem+json") == [
        *("detail", "errorCount", "errors", "status", "title", "type")
    ]


class Gone(Problem):
    """It was here once.

    What else there is to say stands in no document.
    """

    status = 410
    type = "https://example.com/gone"


class Moved(Problem):
    """It is elsewhere."""

    status = 410


class Untold(Problem):
    status = 451

    def __init__(self, number: int) -> None:
        super().__init__(detail=f"Number {number}.")


def test_problems_of_one_status_share_its_description() -> None:
    found = responses(Gone, Moved, Untold)
    assert {status: response["description"] for status, response in found.items()} == {
        410: "It was here once. It is elsewhere.",
        451: "Untold",
    }


class Node(Document):
    value: int
    children: list["Node"] = Field(default_factory=list)


def grow(request: Node) -> Node:
    """Return a tree."""
    return request


def test_a_recursive_document_keeps_its_reference() -> None:
    app = Application({"tree": Endpoint(grow)}, title="tree", version="1")
    document = app.openapi()
    validate(document)
    assert document["components"]["schemas"]["Node-Input"]["properties"]["children"]["items"] == {
        "$ref": "#/components/schemas/Node-Input"
    }


class Order(Document):
    number: Annotated[int, Field(examples=[1, 2, -1], ge=0, alias="no")]
    note: Annotated[str, Field(examples=["a" * 80])] = ""
    amount: int = 1


class Whole(Document):
    model_config = ConfigDict(json_schema_extra={"examples": [{"a": 5}]})

    a: int = 1


def order(request: Order) -> Order:
    """Place an order.

    It is not paid.
    """
    return request


def whole(request: Whole) -> Whole:
    return request


def test_an_endpoint_has_named_examples_of_its_fields_and_one_that_is_refused() -> None:
    endpoints = {"order": Endpoint(order), "whole": Endpoint(whole), "process": ECHO}
    document = Application(endpoints, title="examples", version="1").openapi()
    validate(document)

    def examples(path: str) -> Any:
        content = document["paths"][path]["post"]["requestBody"]["content"]
        return {media_type: each.get("examples") for media_type, each in content.items()}

    note = "a" * 80
    accepted = [{"no": 1, "note": note}, {"no": 2, "note": note}]
    summaries = [f'{{"no":{number},"note":"{"a" * 43}…' for number in (1, 2)]
    assert examples("/order") == {
        "application/json": {
            "example-1": {"summary": summaries[0], "value": accepted[0]},
            "example-2": {"summary": summaries[1], "value": accepted[1]},
            "refused": {"summary": "Refused: no is missing", "value": {"note": note}},
        }
    }
    lines = f'{{"no":1,"note":"{note}"}}\n{{"no":2,"note":"{note}"}}\n{{"note":"{note}"}}\n'
    named = {"lines": {"summary": "A line for each example", "value": lines}}
    assert examples("/order/batch") == {"application/jsonl": named, "application/x-ndjson": named}
    assert examples("/whole") == {"application/json": {"example-1": {"summary": '{"a":5}', "value": {"a": 5}}}}
    assert examples("/process") == {"application/json": None}  # a required field without examples


def test_an_operation_says_nothing_twice() -> None:
    document = Application({"order": Endpoint(order), "whole": Endpoint(whole)}, title="x", version="1").openapi()
    described = {path: post["post"] for path, post in document["paths"].items()}
    told = [(described[path]["summary"], described[path].get("description")) for path in ("/order", "/whole")]
    assert told == [("Place an order.", "It is not paid."), ("Whole", None)]
    assert all(operation["summary"] != operation.get("description") for operation in described.values())


def test_a_route_in_an_endpoint_s_place_keeps_its_own_examples() -> None:
    app = Application({"order": Endpoint(order)}, title="own", version="1")
    app.router.routes = [route for route in app.routes if getattr(route, "path", "") != "/order"]

    @app.post("/order")
    async def own(body: Annotated[Order, Body(openapi_examples={"mine": {"value": {"no": 7}}})]) -> None:
        pass

    content = app.openapi()["paths"]["/order"]["post"]["requestBody"]["content"]
    assert content["application/json"]["examples"] == {"mine": {"value": {"no": 7}}}
