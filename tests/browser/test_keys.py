"""The documentation page where a key is needed, opened by `make browser`: it asks for one, and sends it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import RestServer
from selenium.webdriver import Chrome

from tests.browser.browser import Operation, authorize, opened

pytestmark = pytest.mark.browser

KEY = "abc.DEF-123"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Chrome]:
    """Return a browser with the page, which is open to everyone."""
    command = ("-m", "uvicorn", "--port", "PORT", "tests.echo:app")
    with RestServer(*command, env={"API_KEYS": f"page:{KEY}"}) as server, opened(tmp_path) as browser:
        browser.get(f"{server.url}/docs")
        yield browser


def test_a_request_is_refused_until_the_page_has_been_given_a_key(page: Chrome) -> None:
    operation = Operation(page, "/process")
    status, body, _ = operation.execute()
    assert (status, json.loads(body)["title"]) == ("401", "Unauthorized")
    authorize(page, KEY)
    status, body, _ = operation.execute()
    assert (status, json.loads(body)) == ("200", {"message": "string"})
