"""Dependencies that read the body: each sees what the client sent, wherever it stands."""

import json
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.responses import Response
from starlette.testclient import TestClient

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.rest.application import Application
from lambda_app.rest.body import UnreadBody
from lambda_app.rest.routing import DocumentRoute
from tests.echo import ECHO


class Claim(Document):
    role: str = "user"
    day: date | None = None


class LaxClaim(BaseModel):
    role: str = "user"
    day: date | None = None


ADMIN = {"role": "admin", "day": "2026-11-24"}


def no_admins(claim: Claim) -> None:
    if claim.role == "admin":
        raise HTTPException(403)


def no_lax_admins(claim: LaxClaim) -> None:
    if claim.role == "admin":
        raise HTTPException(403)


def no_admins_of_any_kind(claim: Annotated[Any, Body()]) -> None:
    if claim["role"] == "admin":
        raise HTTPException(403)


def act(claim: Claim) -> Claim:
    return claim


def over_the_route(guard: Callable[..., None]) -> FastAPI:
    app = Application({})
    app.add_api_route("/act", act, methods=["POST"], dependencies=[Depends(guard)])
    return app


def over_the_application(guard: Callable[..., None]) -> FastAPI:
    app = Application({}, dependencies=[Depends(guard)])
    app.add_api_route("/act", act, methods=["POST"])
    return app


def routed() -> APIRouter:
    router = APIRouter()
    router.add_api_route("/act", act, methods=["POST"])
    return router


def over_an_include(guard: Callable[..., None]) -> FastAPI:
    app = Application({})
    app.include_router(routed(), dependencies=[Depends(guard)])
    return app


def over_an_include_into_a_guarded_application(guard: Callable[..., None]) -> FastAPI:
    app = Application({}, dependencies=[Depends(guard)])
    app.include_router(routed())
    return app


def over_an_enclosing_router(guard: Callable[..., None]) -> FastAPI:
    middle = APIRouter(dependencies=[Depends(guard)])
    middle.include_router(routed())
    app = Application({})
    app.include_router(middle)
    return app


def over_both(guard: Callable[..., None]) -> FastAPI:
    router = APIRouter()
    router.add_api_route("/act", act, methods=["POST"], dependencies=[Depends(guard)])
    app = Application({})
    app.include_router(router, dependencies=[Depends(guard)])
    return app


PLACES = [
    over_the_route,
    over_the_application,
    over_an_include,
    over_an_include_into_a_guarded_application,
    over_an_enclosing_router,
    over_both,
]


@pytest.mark.parametrize("guard", [no_admins, no_lax_admins, no_admins_of_any_kind])
@pytest.mark.parametrize("place", PLACES)
def test_a_guard_sees_the_body(place: Callable[[Callable[..., None]], FastAPI], guard: Callable[..., None]) -> None:
    with TestClient(place(guard)) as client:
        assert client.post("/act", json=ADMIN).status_code == 403
        answer = client.post("/act", json={**ADMIN, "role": "user"})
        assert (answer.status_code, answer.json()) == (200, {**ADMIN, "role": "user"})


def test_a_guard_over_an_endpoint_sees_its_document() -> None:
    app = Application({"act": Endpoint(act)}, dependencies=[Depends(no_lax_admins)])
    with TestClient(app) as client:
        assert client.post("/act", json=ADMIN).status_code == 403
        assert client.post("/act", json={"role": "user"}).status_code == 200


def allow(claim: Claim) -> None:
    pass


@pytest.mark.parametrize("guard", [no_admins, no_lax_admins, no_admins_of_any_kind])
def test_the_override_of_a_guard_sees_the_body(guard: Callable[..., None]) -> None:
    app = over_an_include(allow)
    app.dependency_overrides[allow] = guard
    with TestClient(app) as client:
        # A Document is read by FastAPI's rules there, to which a date that is a string is no date.
        assert client.post("/act", json={"role": "admin"}).status_code == 403
        assert client.post("/act", json={"role": "user"}).status_code == 200


def require(role: str, claim: Claim) -> None:
    if claim.role != role:
        raise HTTPException(403)


def test_two_guards_made_of_one_function_are_two() -> None:
    app = Application({})
    guards = [Depends(partial(require, role)) for role in ("user", "admin")]
    app.add_api_route("/act", act, methods=["POST"], dependencies=guards)
    app.dependency_overrides[require] = allow  # which is neither of them
    with TestClient(app) as client:
        assert {client.post("/act", json={"role": role}).status_code for role in ("user", "admin")} == {403}


async def check_signature(request: Request) -> None:
    if b"forged" in await request.body():
        raise HTTPException(401)


def test_a_dependency_may_read_the_raw_body_beside_every_route() -> None:
    app = Application({"process": ECHO}, dependencies=[Depends(check_signature)])
    app.add_api_route("/act", act, methods=["POST"])
    with TestClient(app) as client:
        for path in ("/process", "/process/batch", "/act"):
            assert client.post(path, content=b'{"message": "forged"}').status_code == 401
        assert client.post("/process", content=b'{"message": "a"}').json() == {"message": "a"}
        assert client.post("/process/batch", content=b'{"message": "a"}').text == '{"message":"a"}\n'


async def parsed(request: Request) -> object:
    try:
        return await request.json()
    except ValueError:
        return None


def test_a_dependency_that_parses_the_body_itself_gets_json() -> None:
    app = Application({})

    @app.post("/both")
    def both(claim: Claim, raw: Annotated[object, Depends(parsed)]) -> list[object]:
        return [claim.role, raw]

    with TestClient(app) as client:
        assert client.post("/both", json={"role": "a"}).json() == ["a", {"role": "a"}]
        answer = client.post("/both", content=b"{}", headers={"content-type": "text/plain"})
        assert answer.status_code == 415
        assert client.post("/both").status_code == 400


def test_an_exception_handler_of_a_person_gets_the_body() -> None:
    app = Application({"process": ECHO})
    app.add_api_route("/act", act, methods=["POST"])

    @app.exception_handler(RequestValidationError)
    async def on_error(request: Request, error: RequestValidationError) -> JSONResponse:
        found = [each["loc"][-1] for each in error.errors()]
        return JSONResponse(
            {"at": found, "body": jsonable_encoder(error.body), "raw": (await request.body()).decode()}, 418
        )

    with TestClient(app) as client:
        for path, document, place in (("/act", {"role": 1}, "role"), ("/process", {"message": 1}, "message")):
            answer = client.post(path, content=json.dumps(document))
            assert (answer.status_code, answer.json()) == (
                418,
                {"at": [place], "body": document, "raw": json.dumps(document)},
            )


class Timed(DocumentRoute):
    """FastAPI's documented way to read the body in a route class."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                response: Response = await handler(request)
            except RequestValidationError as error:
                raise HTTPException(
                    422, {"seen": (await request.body()).decode(), "errors": len(error.errors())}
                ) from error
            return response

        return handle


def test_a_route_class_that_derives_from_document_route_may_read_the_body_too() -> None:
    router = APIRouter(route_class=Timed)
    router.add_api_route("/act", act, methods=["POST"])
    app = Application({})
    app.include_router(router)
    with TestClient(app) as client:
        assert client.post("/act", content=b'{"role": 1}').json()["seen"] == '{"role": 1}'
        assert client.post("/act", json=ADMIN).json() == ADMIN


def test_a_router_that_a_plain_fastapi_includes_as_well_refuses_there_too() -> None:
    router = routed()
    Application({}).include_router(router)
    plain = FastAPI()
    plain.include_router(router)
    with TestClient(plain) as client:
        assert client.post("/act", json=ADMIN).json() == ADMIN
        for content, content_type, status in ((b"{", "application/json", 400), (b"{}", "text/plain", 415)):
            answer = client.post("/act", content=content, headers={"content-type": content_type})
            assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


class Public(BaseModel):
    name: str


class Private(Public):
    password: str


class Answer(Document):
    name: str


class Leaky(Answer):
    password: str


def leak(claim: Claim) -> Answer:
    return Leaky(name="a", password="SECRET")  # noqa: S106 (it stands for one)


def stream(claim: Claim) -> Iterable[Public]:
    yield Private(name="a", password="SECRET")  # noqa: S106 (as above)


def test_a_field_of_a_subclass_does_not_leave_by_any_route() -> None:
    router = APIRouter()
    router.add_api_route("/stream", stream, methods=["POST"])
    for dependencies in ([], [Depends(allow)]):
        app = Application({"leak": Endpoint(leak)}, dependencies=dependencies)
        app.include_router(router, prefix="/own")
        with TestClient(app) as client:
            assert client.post("/leak", json={}).text == '{"name":"a"}'
            assert client.post("/own/stream", json={}).json() == {"name": "a"}
            if not dependencies:
                assert client.post("/leak/batch", content=b"{}").text == '{"name":"a"}\n'


def test_a_validator_that_does_not_know_the_unread_body_refuses_it() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(LaxClaim).validate_python(UnreadBody(b'{"role": "admin"}'), from_attributes=True)
