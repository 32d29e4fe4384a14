"""The documentation page, opened by `make browser` in a real browser: at the root, and behind a stage.

The browser resolves no name, so nothing comes from another origin. Screenshots are in build/screenshots.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from processes import LambdaRuntime, RestServer
from selenium.webdriver import Chrome

from tests.browser.browser import Operation, authorize, console, opened, save_screenshot, screen
from tests.browser.gateways import api_gateway, proxy, served

pytestmark = pytest.mark.browser

DARK = "rgb(28, 32, 34)"
PLACES = ("root", "root_path", "proxy", "http_api", "rest_api")


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Return a browser."""
    with opened(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module", params=PLACES)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of the application, as it is seen from a place."""
    place = request.param
    with ExitStack() as stack:
        if place in ("http_api", "rest_api"):
            runtime = stack.enter_context(LambdaRuntime("tests.browser.handler.handler"))
            yield stack.enter_context(served(api_gateway(place, runtime)))
            return
        command = ["-m", "uvicorn", "--port", "PORT", "tests.browser.application:app"]
        server = stack.enter_context(RestServer(*command, *(["--root-path", "/prod"] if place == "root_path" else [])))
        yield server.url if place == "root" else stack.enter_context(served(proxy(server.url)))


@pytest.fixture
def page(driver: Chrome, url: str) -> Iterator[Chrome]:
    """Return a browser that was led from the root to the page, and see that nothing on it was against the policy."""
    console(driver)  # what an earlier test has left
    driver.get(f"{url}/")
    assert driver.current_url == f"{url}/docs"
    yield driver
    # The browser itself reports an answer of 4xx.
    assert [line for line in console(driver) if "status of 422" not in line] == []


def test_a_good_request_is_answered_200_and_a_refused_one_422(page: Chrome) -> None:
    operation = Operation(page, "/process")
    assert operation.examples == ['{"message":"hello"}', '{"message":"hällo"}', "Refused: message is missing"]
    operation.choose('{"message":"hällo"}')
    status, body, duration = operation.execute()
    assert (status, json.loads(body)) == ("200", {"message": "hällo"})
    assert duration.endswith(" ms")

    operation.choose("Refused: message is missing")
    status, body, _ = operation.execute()
    problem = json.loads(body)
    assert (status, problem["status"]) == ("422", 422)
    assert problem["errors"] == [{"pointer": "#/message", "code": "missing", "detail": "Field required"}]


def test_a_batch_is_sent_and_answered_line_by_line(page: Chrome) -> None:
    operation = Operation(page, "/process/batch")
    assert operation.body == '{"message":"hello"}\n{"message":"hällo"}\n{}\n'
    status, body, _ = operation.execute()
    assert status == "200"
    hello, umlaut, refused = [json.loads(line) for line in body.splitlines()]
    assert (hello, umlaut, refused["status"]) == ({"message": "hello"}, {"message": "hällo"}, 422)


def test_a_key_that_is_authorized_once_is_sent(page: Chrome) -> None:
    authorize(page, "s3cret")
    assert Operation(page, "/secret").execute()[:2] == ("200", '"s3cret"')


@pytest.mark.parametrize("url", ["root"], indirect=True)
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 400])
def test_the_page_fits_the_screen(page: Chrome, width: int, color_scheme: str) -> None:
    Operation(page, "/process").execute()
    with screen(page, width, color_scheme):
        assert page.execute_script("return document.documentElement.scrollWidth") <= width
        background = page.execute_script("return getComputedStyle(document.documentElement).backgroundColor")
        assert (background == DARK) is (color_scheme == "dark")
        save_screenshot(page, f"docs-{width}-{color_scheme}")
