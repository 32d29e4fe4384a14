"""The shipped application. A person who changes it changes this file."""

from openapi_spec_validator import validate
from starlette.testclient import TestClient

from lambda_app.app import app


def test_the_root_leads_to_the_documentation() -> None:
    with TestClient(app) as client:
        answer = client.get("/", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (307, "docs")
        assert client.get("/").status_code == 200


def test_every_operation_is_described() -> None:
    document = app.openapi()
    validate(document)
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["summary"]
