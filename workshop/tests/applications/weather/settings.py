"""What the environment says of the database."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from lambda_app.contract.environment import Environment


class Settings(Environment):
    """The settings of this application."""

    database: Annotated[Path, Field(description="File of the SQLite database")] = Path("weather.sqlite")


@cache
def get_settings() -> Settings:
    """Return the settings. Raises SettingsError."""
    return Settings.read()
