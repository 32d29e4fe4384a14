"""Routes that a person adds, whose bodies are Documents: read as every door reads them."""

import json
from collections.abc import Iterator
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from fastapi import APIRouter, Body, Depends, Header, HTTPException, Query, Request
from fastapi.routing import APIRoute
from openapi_spec_validator import validate
from pydantic import BaseModel, Discriminator, Field, Tag
from starlette.testclient import TestClient

from lambda_app.contract.document import Document
from lambda_app.rest.application import Application

JSON = {"content-type": "application/json"}


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class Order(Document):
    number: Annotated[int, Field(ge=1)]
    size: Size = Size.SMALL
    due: date | None = None
    parts: list["Order"] = Field(default_factory=list)


class Cat(Document):
    kind: Literal["cat"]
    lives: int


class Dog(Document):
    kind: Literal["dog"]


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class Note(BaseModel):
    text: str


app = Application({}, title="orders", version="1")


@app.post("/one")
async def one(order: Order) -> Order:
    return order


@app.post("/optional")
async def optional(order: Order | None = None) -> Order | None:
    return order


@app.post("/list")
async def several(orders: Annotated[list[Order], Field(min_length=1)]) -> list[Order]:
    return orders


@app.post("/dict")
async def named(orders: dict[str, Order]) -> dict[str, Order]:
    return orders


@app.post("/union")
async def either(pet: Cat | Order) -> Cat | Order:
    return pet


@app.post("/discriminated")
async def pet(pet: Pet) -> Pet:
    return pet


@app.post("/discriminated-body")
async def pet_body(pet: Annotated[Cat | Dog, Body(discriminator="kind")]) -> Pet:
    return pet


@app.post("/embedded")
async def embedded(order: Annotated[Order, Body(embed=True)]) -> Order:
    return order


@app.post("/embedded-default")
async def embedded_default(order: Order = Body(embed=True)) -> Order:  # noqa: B008 (FastAPI's older way)
    return order


@app.post("/two")
async def two(order: Order, note: Note, times: Annotated[int, Body()] = 1) -> dict[str, Any]:
    return {"order": order, "note": note, "times": times}


@app.post("/alias")
async def alias(order: Annotated[Order, Body(alias="the-order", embed=True)]) -> Order:
    return order


def ordered(order: Order) -> Order:
    return order


@app.post("/dependency")
async def dependency(order: Annotated[Order, Depends(ordered)], request: Request) -> dict[str, Any]:
    return {"order": order, "json": await request.json(), "body": (await request.body()).decode()}


@app.post("/dependency-default")
async def dependency_default(order: Order = Depends(ordered), note: Note = Body()) -> dict[str, Any]:  # noqa: B008 (FastAPI's older way)
    return {"order": order, "note": note}


class Basket:
    def __init__(self, order: Order, tip: Annotated[int, Query()] = 0) -> None:
        self.total = order.number + tip


@app.post("/class")
async def basket(basket: Annotated[Basket, Depends()]) -> int:
    return basket.total


@app.post("/class-default")
async def basket_default(basket: Basket = Depends()) -> int:  # noqa: B008 (as above)
    return basket.total


async def check(order: Order) -> None:
    if order.number == 13:
        raise HTTPException(409)


@app.post("/checked", dependencies=[Depends(check)])
async def checked(request: Request, answer: Annotated[str, Depends(lambda: "yes")]) -> dict[str, Any]:
    return {answer: await request.json()}


def tag(value: Any) -> str:
    return str(value["kind"] if isinstance(value, dict) else value.kind)


@app.post("/callable-discriminator")
async def callable_discriminator(
    pet: Annotated[Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")], Body(discriminator=Discriminator(tag))],
) -> str:
    return pet.kind


@app.post("/overridden")
async def overridden(order: Annotated[Order, Depends(ordered)]) -> Order:
    return order


@app.post("/query")
async def query(
    order: Order,
    limit: Annotated[int, Query(ge=1)],
    x_key: Annotated[str, Header()],
) -> Order:
    return order


@app.put("/path/{number}")
def path(number: int, order: Order) -> tuple[int, Order]:
    return number, order


def deny() -> None:
    raise HTTPException(401, headers={"www-authenticate": "Bearer"})


@app.post("/guarded", dependencies=[Depends(deny)])
async def guarded(order: Order) -> Order:
    return order


router = APIRouter()
inner = APIRouter()


@router.post("/router")
def routed(order: Order) -> Order:
    return order


@inner.post("/inner")
def nested(order: Order) -> Order:
    return order


router.include_router(inner)
app.include_router(router)
app.openapi()
late = APIRouter()
router.include_router(late)


@late.post("/late")
def later(order: Order) -> Order:
    return order


@app.post("/note")
async def noted(note: Note) -> Note:
    return note


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(app) as opened:
        yield opened


ORDER = {"number": 1, "size": "large", "due": "2026-11-24", "parts": [{"number": 2}]}
PART = {"number": 2, "size": "small", "due": None, "parts": []}
WHOLE = {**ORDER, "parts": [PART]}
CAT = {"kind": "cat", "lives": 9}


@pytest.mark.parametrize(
    ("route", "document", "expected"),
    [
        ("/one", ORDER, WHOLE),
        ("/optional", ORDER, WHOLE),
        ("/optional", None, None),
        ("/list", [ORDER, ORDER], [WHOLE, WHOLE]),
        ("/dict", {"a": ORDER}, {"a": WHOLE}),
        ("/union", ORDER, WHOLE),
        ("/union", CAT, CAT),
        ("/discriminated", CAT, CAT),
        ("/discriminated-body", {"kind": "dog"}, {"kind": "dog"}),
        ("/embedded", {"order": ORDER}, WHOLE),
        ("/embedded-default", {"order": ORDER}, WHOLE),
        ("/alias", {"the-order": ORDER}, WHOLE),
        ("/two", {"order": ORDER, "note": {"text": "a"}}, {"order": WHOLE, "note": {"text": "a"}, "times": 1}),
        ("/dependency", ORDER, {"order": WHOLE, "json": ORDER, "body": json.dumps(ORDER)}),
        (
            "/dependency-default",
            {"order": ORDER, "note": {"text": "a"}},
            {"order": WHOLE, "note": {"text": "a"}},
        ),
        ("/class?tip=2", ORDER, 3),
        ("/class-default", ORDER, 1),
        ("/checked", ORDER, {"yes": ORDER}),
        ("/checked", {"number": 13}, {"type": "about:blank", "title": "Conflict", "status": 409}),
        ("/callable-discriminator", {"kind": "dog"}, "dog"),
        ("/guarded?", ORDER, {"type": "about:blank", "title": "Unauthorized", "status": 401}),
        ("/note", {"text": "a"}, {"text": "a"}),
        ("/router", ORDER, WHOLE),
        ("/inner", ORDER, WHOLE),
        ("/late", ORDER, WHOLE),
    ],
)
def test_a_body_of_any_shape_is_read(route: str, document: object, expected: object, client: TestClient) -> None:
    answer = client.post(route, content=json.dumps(document), headers=JSON)
    assert answer.json() == expected


def errors(client: TestClient, route: str, document: object, **headers: str) -> tuple[int, list[tuple[str, str, str]]]:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    answer = client.post(route, content=content, headers={**JSON, **headers})
    assert answer.headers["content-type"] == "application/problem+json"
    places = ("pointer", "parameter", "header")
    found = [
        (next(error[place] for place in places if place in error), error["code"], error["detail"])
        for error in answer.json().get("errors", [])
    ]
    return answer.status_code, found


OBJECT = ("model_type", "Input should be an object")
INT = ("int_type", "Input should be a valid integer")
MISSING = ("missing", "Field required")
LOW = ("greater_than_equal", "Input should be greater than or equal to 1")
UNFINISHED = ("json_invalid", "Invalid JSON: EOF while parsing an object at line 1 column 1")
DATE = "Input should be a valid date in the format YYYY-MM-DD, input is too short"
UNICODE = "Invalid JSON: invalid unicode code point at line 1 column 13"
TOO_SHORT = "List should have at least 1 item after validation, not 0"
TAGS = "Input should have one of the expected tags"
PARSING = "Input should be a valid integer, unable to parse string as an integer"
EXPECTING = "Expecting property name enclosed in double quotes"
EMPTY = ("json_invalid", "Invalid JSON: EOF while parsing a value at line 1 column 0")


@pytest.mark.parametrize(
    ("route", "document", "status", "expected"),
    [
        ("/one", {"number": "1"}, 422, [("#/number", *INT)]),
        ("/one", [], 422, [("#", *OBJECT)]),
        ("/one", {"number": 1, "parts": [{"number": 1}, {}]}, 422, [("#/parts/1/number", *MISSING)]),
        ("/one", {"number": 1, "due": "soon"}, 422, [("#/due", "date_parsing", DATE)]),
        ("/one", b"", 400, [("#", *EMPTY)]),
        ("/one", b"{", 400, [("#", *UNFINISHED)]),
        ("/one", b'{"number": "\xff"}', 400, [("#", "json_invalid", UNICODE)]),
        ("/list", [ORDER, 1], 422, [("#/1", *OBJECT)]),
        ("/list", {}, 422, [("#", "list_type", "Input should be a valid array")]),
        ("/list", [], 422, [("#", "too_short", TOO_SHORT)]),
        ("/dict", {"a/b": {}}, 422, [("#/a~1b/number", *MISSING)]),
        ("/discriminated", {"kind": "cow"}, 422, [("#", "union_tag_invalid", TAGS)]),
        ("/discriminated", {"kind": "cat"}, 422, [("#/lives", *MISSING)]),
        ("/embedded", {"order": {}}, 422, [("#/order/number", *MISSING)]),
        ("/embedded", {}, 422, [("#/order", *MISSING)]),
        ("/embedded", [], 422, [("#/order", *MISSING)]),
        ("/embedded", b"", 400, [("#", *EMPTY)]),
        ("/embedded", b"{", 400, [("#", *UNFINISHED)]),
        ("/two", {"order": [], "note": {}}, 422, [("#/order", *OBJECT), ("#/note/text", *MISSING)]),
        ("/dependency", {"number": 0}, 422, [("#/number", *LOW)]),
        ("/class?tip=a", {"number": 0}, 422, [("tip", "int_parsing", PARSING), ("#/number", *LOW)]),
        ("/checked", {"number": 0}, 422, [("#/number", *LOW)]),
        ("/query?limit=0", {}, 422, [("limit", *LOW), ("x-key", *MISSING), ("#/number", *MISSING)]),
        ("/router", [], 422, [("#", *OBJECT)]),
        ("/inner", b"", 400, [("#", *EMPTY)]),
        ("/late", {"number": "1"}, 422, [("#/number", *INT)]),
        ("/guarded", b"{", 401, []),
        ("/guarded", {}, 401, []),
        ("/note", b"{", 400, [("#", "json_invalid", f"Invalid JSON: {EXPECTING}")]),
        ("/note", b"", 400, [("#", *EMPTY)]),
        ("/note", {}, 422, [("#/text", *MISSING)]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_as_every_door_tells_it(
    route: str, document: object, status: int, expected: list[tuple[str, str, str]], client: TestClient
) -> None:
    assert errors(client, route, document) == (status, expected)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("route", ["/one", "/list", "/embedded", "/two", "/dependency", "/note", "/optional"])
def test_another_content_type_is_415(route: str, content_type: str, client: TestClient) -> None:
    answer = client.post(route, content=json.dumps(ORDER), headers={"content-type": content_type})
    assert (answer.status_code, answer.json()["detail"]) == (415, "The content type must be application/json.")


def test_an_optional_body_may_be_absent(client: TestClient) -> None:
    assert client.post("/optional").json() is None


def test_a_path_parameter_stands_beside_a_document(client: TestClient) -> None:
    assert client.put("/path/7", json={"number": 1}).json() == [7, {**PART, "number": 1}]


def test_a_dependency_with_a_document_is_overridden_under_its_own_name(client: TestClient) -> None:
    app.dependency_overrides[ordered] = lambda: Order(number=99)
    try:
        assert client.post("/overridden").json() == {**PART, "number": 99}
    finally:
        app.dependency_overrides.clear()
    assert client.post("/overridden", json=ORDER).json() == WHOLE


def test_the_models_keep_their_schema() -> None:
    document = app.openapi()
    validate(document)
    reference = {"$ref": "#/components/schemas/Order-Input"}
    schemas = {
        path: document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        for path in ("/one", "/optional", "/list", "/discriminated")
    }
    assert schemas["/one"] == reference
    assert schemas["/optional"] == {"anyOf": [reference, {"type": "null"}], "title": "Order"}
    assert schemas["/list"] == {"type": "array", "items": reference, "minItems": 1, "title": "Orders"}
    assert schemas["/discriminated"]["discriminator"]["propertyName"] == "kind"


def test_a_route_class_of_a_person_that_would_not_read_its_document_is_refused() -> None:
    class Timed(APIRoute):
        pass

    router = APIRouter(route_class=Timed)
    router.add_api_route("/timed", one, methods=["POST"])
    router.add_api_route("/note", noted, methods=["POST"])
    with pytest.raises(TypeError, match=r"^/timed: derive Timed from DocumentRoute, which reads its Document$"):
        Application({}).include_router(router)
