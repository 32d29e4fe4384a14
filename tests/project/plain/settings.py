"""The template's settings, and none of a person's."""

from functools import cache

from lambda_app.contract.settings import TemplateSettings


class Settings(TemplateSettings):
    """The settings of every door."""


@cache
def get_settings() -> Settings:
    """Return the settings, which are read when the first caller asks."""
    return Settings.read()
