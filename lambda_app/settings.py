"""The settings that environment variables hold: yours, and the template's. All are read once, and checked at start.

Each field is read from the variable of its name: `port` from `PORT`. A field without a default is required. A list or
an object is written in JSON, `HOSTS=["a", "b"]`. Only `get_secret_value()` shows the value of a secret:

    hosts: Json[list[str]]
    api_key: SecretStr

On AWS, `API_KEY_ARN` names the Secrets Manager secret, or the SSM parameter, that holds the value of `api_key`.
"""

from functools import cache

from lambda_app.contract.settings import TemplateSettings


class Settings(TemplateSettings):
    """The settings of every door. Add your own here."""


@cache
def get_settings() -> Settings:
    """Return the settings. The first call reads them.

    Raises SettingsError where a variable is missing or wrong. The message names the variable.
    """
    return Settings.read()
