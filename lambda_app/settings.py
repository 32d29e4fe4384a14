"""What the environment may set: your settings, beside the template's. All are read once, and checked at start.

A field is named by an environment variable, `port` by `PORT`. A field without a default is required. A list or an
object is written in JSON, `HOSTS=["a", "b"]`. A secret shows its value to nothing but `get_secret_value()`:

    hosts: Json[list[str]]
    api_key: SecretStr

On AWS, `API_KEY_ARN` names the secret of Secrets Manager, or the parameter of SSM, that holds the value of `api_key`.
"""

from functools import cache

from lambda_app.contract.settings import TemplateSettings


class Settings(TemplateSettings):
    """The settings of every door. Add your own here."""


@cache
def get_settings() -> Settings:
    """Return the settings, which are read when the first caller asks.

    Raises SettingsError, which names the variable, where one is missing or wrong.
    """
    return Settings.read()
