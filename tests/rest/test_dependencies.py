"""What guards a route guards the endpoints too, wherever they are placed: a control route stands beside them."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from opentelemetry.trace import INVALID_SPAN, NoOpTracer, Tracer, TracerProvider
from starlette.testclient import TestClient

from lambda_app.rest.application import Application
from lambda_app.rest.endpoints import EndpointRoute
from tests.echo import ECHO, EchoRequest, EchoResponse

DOCUMENT = {"message": "a"}


def deny() -> None:
    raise HTTPException(401)


def allow() -> None:
    pass


GUARD = [Depends(deny)]


def guarded_application(**options: Any) -> Application:
    """Return an application with an endpoint and a route of a person's own, which is the control."""
    app = Application({"process": ECHO}, **options)

    @app.post("/control")
    async def control(request: EchoRequest) -> EchoResponse:
        return EchoResponse(message=request.message)

    return app


def over_the_application() -> FastAPI:
    return guarded_application(dependencies=GUARD)


def over_an_include() -> FastAPI:
    outer = FastAPI()
    outer.include_router(guarded_application().router, dependencies=GUARD)
    return outer


def over_a_prefixed_include() -> FastAPI:
    outer = FastAPI(dependencies=GUARD)
    outer.include_router(guarded_application().router, prefix="/v1")
    return outer


def over_a_nested_include() -> FastAPI:
    middle = APIRouter(dependencies=GUARD)
    middle.include_router(guarded_application().router, prefix="/inner")
    outer = FastAPI()
    outer.include_router(middle, prefix="/outer")
    return outer


def over_an_include_in_itself() -> FastAPI:
    app = guarded_application()
    outer = APIRouter(dependencies=GUARD)
    outer.include_router(app.router, prefix="/again")
    app.mount("/mounted", over_an_include())
    return app


def over_a_mount() -> FastAPI:
    outer = FastAPI(dependencies=GUARD)  # which guards no mount, in FastAPI
    outer.mount("/mounted", guarded_application())
    return outer


def over_a_guarded_mount() -> FastAPI:
    outer = FastAPI()
    outer.mount("/mounted", guarded_application(dependencies=GUARD))
    return outer


def moved(application: Application) -> APIRouter:
    router = APIRouter()
    router.routes.extend(route for route in application.routes if isinstance(route, APIRoute))
    return router


def over_routes_that_were_moved() -> FastAPI:
    outer = FastAPI()
    outer.include_router(moved(guarded_application()), dependencies=GUARD)
    return outer


def over_the_same_routes_a_second_time() -> FastAPI:
    app = guarded_application()
    app.include_router(moved(app), prefix="/twice", dependencies=GUARD)
    return app


def over_the_same_routes_a_second_time_guarded_first() -> FastAPI:
    inner = guarded_application()
    app = FastAPI()
    app.include_router(moved(inner), prefix="/guarded", dependencies=GUARD)
    app.routes.extend(route for route in inner.routes if isinstance(route, APIRoute))
    return app


def over_the_router_too_late() -> FastAPI:
    app = guarded_application()
    app.router.dependencies.extend(GUARD)
    return app


def by_an_override() -> FastAPI:
    app = guarded_application(dependencies=[Depends(allow)])
    app.dependency_overrides[allow] = deny
    return app


def of_nobody() -> FastAPI:
    return guarded_application()


PLACES: list[tuple[Callable[[], FastAPI], dict[str, int]]] = [
    (over_the_application, {"": 401}),
    (over_an_include, {"": 401}),
    (over_a_prefixed_include, {"/v1": 401}),
    (over_a_nested_include, {"/outer/inner": 401}),
    (over_an_include_in_itself, {"": 200, "/mounted": 401}),
    (over_a_mount, {"/mounted": 200}),
    (over_a_guarded_mount, {"/mounted": 401}),
    (over_routes_that_were_moved, {"": 401}),
    (over_the_same_routes_a_second_time, {"": 200, "/twice": 401}),
    (over_the_same_routes_a_second_time_guarded_first, {"/guarded": 401, "": 200}),
    (over_the_router_too_late, {"": 200}),
    (by_an_override, {"": 401}),
    (of_nobody, {"": 200}),
]


@pytest.mark.parametrize(("place", "expected"), PLACES, ids=[place.__name__ for place, _ in PLACES])
def test_a_guard_over_a_route_of_one_s_own_guards_the_endpoints(
    place: Callable[[], FastAPI], expected: dict[str, int]
) -> None:
    with TestClient(place()) as client:
        for _ in range(2):  # as FastAPI builds what is included when the first request comes
            found = {
                prefix: {
                    client.post(f"{prefix}/process", json=DOCUMENT).status_code,
                    client.post(f"{prefix}/process/batch", content=b"").status_code,
                    client.post(f"{prefix}/control", json=DOCUMENT).status_code,
                }
                for prefix in expected
            }
            assert found == {prefix: {status} for prefix, status in expected.items()}


def test_a_guard_runs_before_the_body_is_read() -> None:
    with TestClient(over_the_application()) as client:
        for content, content_type in ((b"{", "application/json"), (b"{}", "text/plain"), (b"{}", "application/json")):
            assert client.post("/process", content=content, headers={"content-type": content_type}).status_code == 401


def test_a_dependency_that_lets_pass_changes_no_answer() -> None:
    with TestClient(guarded_application(dependencies=[Depends(allow)])) as whole, TestClient(of_nobody()) as short:
        for content in (b'{"message": "a"}', b'{"message": "raise"}', b'{"message": "refuse"}', b"{}", b"{", b""):
            answers = [client.post("/process", content=content) for client in (whole, short)]
            first, second = [
                (answer.status_code, answer.content, sorted(set(answer.headers.items()))) for answer in answers
            ]
            assert first[:2] == second[:2]
            assert answers[0].headers["content-type"] == answers[1].headers["content-type"]


@pytest.mark.parametrize(
    ("options", "status", "text"),
    [
        ({"status_code": 201}, 201, '{"message":"a"}'),
        (
            {"response_model": dict[str, str]},
            500,
            '{"type":"about:blank","title":"Internal Server Error","status":500}',
        ),
        ({"response_model_exclude": {"message"}}, 200, "{}"),
        ({"response_model_include": set()}, 200, "{}"),
        ({"response_model_exclude_defaults": True}, 200, '{"message":"a"}'),
    ],
)
def test_what_fastapi_is_told_of_the_response_holds(options: dict[str, Any], status: int, text: str) -> None:
    app = of_nobody()
    (route,) = [each for each in app.routes if isinstance(each, EndpointRoute)]
    app.routes.remove(route)
    app.router.add_api_route(
        "/process", route.function, methods=["POST"], route_class_override=EndpointRoute, **options
    )
    with TestClient(app) as client:
        answer = client.post("/process", json=DOCUMENT)
        assert (answer.status_code, answer.text) == (status, text)


class SpyTracer(NoOpTracer):
    def __init__(self, names: list[str]) -> None:
        self.names = names

    def start_as_current_span(self, name: str, *_: Any, **__: Any) -> Any:
        self.names.append(name)
        return nullcontext(INVALID_SPAN)


class SpyProvider(TracerProvider):
    def __init__(self) -> None:
        self.names: list[str] = []

    def get_tracer(self, *_: Any, **__: Any) -> Tracer:
        return SpyTracer(self.names)


def test_what_fastapi_traces_of_a_route_it_traces_of_an_endpoint() -> None:
    spans = {}
    for path in ("/process", "/control"):
        provider = SpyProvider()
        app = guarded_application(telemetry={"tracer_provider": provider})
        with TestClient(app) as client:
            assert client.post(path, json=DOCUMENT).json() == {"message": "a"}
        spans[path] = provider.names
    assert spans["/process"] == spans["/control"] != []


def test_a_response_class_of_the_application_holds() -> None:
    class Shout(PlainTextResponse):
        def render(self, content: object) -> bytes:
            return str(content).upper().encode()

    with TestClient(guarded_application(default_response_class=Shout)) as client:
        assert client.post("/process", json=DOCUMENT).text == "{'MESSAGE': 'A'}"
