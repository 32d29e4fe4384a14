"""The keys in OpenAPI, so that the documentation page asks for one and sends it. Imported only for that document."""

from typing import Any

from lambda_app.rest import health
from lambda_app.rest.access import KeyRequired
from lambda_app.rest.problems import documented

_SCHEME = {"type": "http", "scheme": "bearer", "description": "A key that the operator of this API has given to you."}


def add_access_schema(document: dict[str, Any]) -> None:
    """Let every operation but health require a key, beside what it requires already."""
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    name = "ApiKey" if "ApiKey" not in schemes else "lambda_app.ApiKey"  # which no scheme of yours is called
    schemes[name] = _SCHEME
    for path, operations in document.get("paths", {}).items():
        if path in health.PATHS:
            continue
        for operation in operations.values():
            operation["security"] = [{**each, name: []} for each in operation.get("security") or [{}]]
            operation["responses"].setdefault("401", documented("No valid key", KeyRequired()))
