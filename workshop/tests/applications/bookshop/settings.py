"""What the environment says of the bookshop."""

from functools import cache
from typing import Annotated

from pydantic import Field, SecretStr

from lambda_app.contract.environment import Environment


class Settings(Environment):
    """The settings of this application."""

    api_key: Annotated[SecretStr, Field(description="The key that every client sends")]


@cache
def get_settings() -> Settings:
    """Return the settings. Raises SettingsError."""
    return Settings.read()
