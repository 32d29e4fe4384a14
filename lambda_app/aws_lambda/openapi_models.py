"""FastAPI's models of an OpenAPI document, which FastAPI imports for every route, and only `/openapi.json` needs."""

from contextlib import suppress
from importlib import import_module

from pydantic import BaseModel, ConfigDict


def defer() -> None:
    """Let pydantic build these models when the document is asked for, instead of in every cold start.

    pydantic takes the configuration of a model's base class, so BaseModel's is another one while they are imported
    (pydantic: "Configuration", `defer_build`). Without effect where they have been imported, or where FastAPI no longer
    has this module.
    """
    configuration = BaseModel.model_config
    BaseModel.model_config = ConfigDict(defer_build=True)
    try:
        with suppress(ModuleNotFoundError):
            import_module("fastapi.openapi.models")
    finally:
        BaseModel.model_config = configuration
