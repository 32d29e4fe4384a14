"""The parts of an application, by its name."""

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Resources


def module(name: str, part: str) -> Any:
    """Return a module of an application."""
    return import_module(f"workshop.tests.applications.{name}.{part}")


def load() -> tuple[Mapping[str, Endpoint], Resources | None]:
    """Return what the terminal opens to, of the application that APPLICATION names."""
    endpoints = module(os.environ["APPLICATION"], "endpoints")
    return endpoints.ENDPOINTS, endpoints.resources
