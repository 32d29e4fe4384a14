"""What the environment says of the server of rates."""

from functools import cache
from typing import Annotated

from pydantic import Field

from lambda_app.contract.environment import Environment


class Settings(Environment):
    """The settings of this application."""

    rates_url: Annotated[str, Field(description="URL of the server of rates")]
    rates_seconds: Annotated[float, Field(gt=0, description="Seconds that it may take")] = 10


@cache
def get_settings() -> Settings:
    """Return the settings. Raises SettingsError."""
    return Settings.read()
