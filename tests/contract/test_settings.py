"""The settings: what environment variables may hold, and the line that names a wrong one."""

import math
import os
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Literal, Self

import pytest
from pydantic import ByteSize, Field, ImportString, Json, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError

from lambda_app.contract.environment import Environment, SettingsError
from lambda_app.settings import Settings, get_settings

SECRET = "a-value\nthat nobody may see"  # noqa: S105 (an example)


def refusal(model: type[Environment], environment: Mapping[str, str]) -> str:
    """Return the line that refuses an environment."""
    with pytest.raises(SettingsError) as raised:
        model.read(environment)
    line = str(raised.value)
    assert len(line.splitlines()) == 1
    assert SECRET.split(maxsplit=1)[0] not in line
    return line


def test_a_variable_is_the_name_in_capitals_and_an_empty_one_counts_as_unset() -> None:
    settings = Settings.read(os.environ | {"PORT": "80", "HOST": "", "process_threads": "2", "UNKNOWN": "?"})
    assert (settings.port, settings.host, settings.process_threads) == (80, "0.0.0.0", 16)  # noqa: S104 (the default)


def test_unless_another_is_given_the_environment_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "81")
    assert Settings.read().port == 81
    assert Settings.read(os.environ | {"PORT": "82"}).port == 82


def test_settings_are_read_once_until_they_are_to_be_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    get_settings.cache_clear()
    monkeypatch.setenv("PORT", "82")
    first = get_settings()
    monkeypatch.setenv("PORT", "83")
    assert get_settings() is first
    get_settings.cache_clear()
    assert get_settings().port == 83
    get_settings.cache_clear()


@pytest.mark.parametrize(
    ("variable", "default", "lowest", "highest"),
    [
        ("MAX_BODY_BYTES", 1_048_576, 1, 1_073_741_824),
        ("PROCESS_THREADS", 16, 1, 1000),
        ("BATCH_MARGIN_MS", 1000, 0, 900_000),
        ("PORT", 8000, 1, 65_535),
        ("WEB_CONCURRENCY", 1, 1, 1000),
        ("SHUTDOWN_TIMEOUT", 8, 1, 3600),
    ],
)
def test_a_number_is_in_its_range_or_refused(variable: str, default: int, lowest: int, highest: int) -> None:
    for text, number in (("", default), (str(lowest), lowest), (str(highest), highest)):
        assert getattr(Settings.read(os.environ | {variable: text}), variable.lower()) == number
    for text in (str(lowest - 1), str(highest + 1), "-1", "many", "1.5", "²", "9" * 5000, " ", "nan"):
        line = f"{variable} must be a whole number from {lowest} to {highest}"
        assert refusal(Settings, os.environ | {variable: text}) == line


def test_every_variable_that_is_wrong_is_named() -> None:
    assert refusal(Settings, os.environ | {"PORT": "http", "WEB_CONCURRENCY": "0", "HOST": "localhost"}) == (
        "PORT must be a whole number from 1 to 65535; WEB_CONCURRENCY must be a whole number from 1 to 1000"
    )


class WithKey(Settings):
    api_key: SecretStr


def test_a_required_secret_that_is_missing_is_named_in_one_line() -> None:
    assert refusal(WithKey, os.environ | {"API_KEY": "", "API_KEY_ARN": ""}) == "API_KEY is missing"


def test_a_secret_is_shown_to_nothing_but_the_code_that_asks_for_it() -> None:
    settings = WithKey.read(os.environ | {"API_KEY": SECRET})
    assert SECRET not in repr(settings)
    assert settings.api_key.get_secret_value() == SECRET


class Level(Enum):
    LOW = "low"
    HIGH = "high"


class Own(Environment):
    debug: bool = False
    level: Level = Level.LOW
    mode: Literal["fast", "safe"] = "safe"
    hosts: Json[tuple[str, ...]] = ()
    limit: int | None = None
    ratio: Annotated[float, Field(ge=0, le=1)] = 1
    delay: float = 0
    retries: Annotated[int, Field(ge=1)] = 1
    workers: int | Literal["auto"] = "auto"
    cache: ByteSize | None = None
    plugin: ImportString[object] | None = None
    zone: Annotated[str, Field(min_length=2, alias="TimeZone")] = "UTC"


def test_the_types_that_settings_have_are_read_from_text() -> None:
    variables = {
        "DEBUG": "true",
        "LEVEL": "high",
        "MODE": "fast",
        "HOSTS": '["a", "b"]',
        "LIMIT": "5",
        "RATIO": "0.5",
        "WORKERS": "2",
        "CACHE": "1KiB",
        "PLUGIN": "math.pi",
        "ZONE": "CET",
    }
    assert Own.read(variables).model_dump(exclude_unset=True) == {
        "debug": True,
        "level": Level.HIGH,
        "mode": "fast",
        "hosts": ("a", "b"),
        "limit": 5,
        "ratio": 0.5,
        "workers": 2,
        "cache": 1024,
        "plugin": math.pi,
        "zone": "CET",
    }


@pytest.mark.parametrize(
    ("variable", "text", "line"),
    [
        ("DEBUG", "2", "DEBUG must be true or false"),
        ("LEVEL", "LOW", "LEVEL must be 'low' or 'high'"),
        ("MODE", "slow", "MODE must be 'fast' or 'safe'"),
        ("HOSTS", "a", "HOSTS is refused: Invalid JSON: expected value at line 1 column 1"),
        ("HOSTS", '["a", 1]', "HOSTS[1] must be a valid string"),
        ("HOSTS", "[1, 2]", "HOSTS[0] must be a valid string; HOSTS[1] must be a valid string"),
        ("LIMIT", "much", "LIMIT must be a whole number"),
        ("LIMIT", "\udcff", "LIMIT must be a valid string, unable to parse raw data as a unicode string"),
        ("LIMIT", "1.5", "LIMIT must be a whole number"),
        ("RATIO", "nan", "RATIO must be a number from 0 to 1"),
        ("RATIO", "2", "RATIO must be a number from 0 to 1"),
        ("DELAY", "inf", "DELAY must be a number"),
        ("DELAY", "long", "DELAY must be a number"),
        ("RETRIES", "0", "RETRIES must be greater than or equal to 1"),
        ("WORKERS", "few", "WORKERS must be a whole number or must be 'auto'"),
        ("CACHE", "5a-value", "CACHE must have a unit of bytes"),
        ("PLUGIN", "a-value.x", "PLUGIN must be importable"),
        ("PLUGIN", "../a-value", "PLUGIN: the validator raised TypeError"),
        ("ZONE", "Z", "ZONE must have at least 2 characters"),
    ],
)
def test_what_a_variable_must_be_is_said_in_its_type_s_words(variable: str, text: str, line: str) -> None:
    assert refusal(Own, {variable: text}) == line


class Validated(Environment):
    key: SecretStr | None = None
    other: str = ""

    @field_validator("key")
    @classmethod
    def checked(cls, key: SecretStr) -> SecretStr:
        value = key.get_secret_value()
        match value:
            case "no":
                raise ValueError("must be long,\nand hard to guess")
            case "weak":
                raise AssertionError("it has no digit")
            case "custom":
                raise PydanticCustomError("weak", "it is {how}", {"how": "too weak"})
            case "lookup":
                raise KeyError(SECRET)
        if value == SECRET:
            raise PydanticCustomError("weak", "{value}", {"value": SECRET})
        return SecretStr(str(int(value)))

    @model_validator(mode="after")
    def consistent(self) -> Self:
        match self.other:
            case "alone":
                raise ValueError("KEY must be set where OTHER is")
            case "lookup":
                raise KeyError(self.other)
            case "":
                return self
        raise ValueError(f"bad: {self.other}")


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"KEY": "no"}, "KEY is refused: must be long, and hard to guess"),
        ({"KEY": "weak"}, "KEY is refused: it has no digit"),
        ({"KEY": "custom"}, "KEY is refused: it is too weak"),
        ({"KEY": "lookup"}, "KEY: the validator raised KeyError"),
        ({"KEY": "lookup", "OTHER": SECRET}, "KEY: the validator raised KeyError"),
        ({"KEY": "a-value"}, "KEY is refused by its validator"),
        ({"KEY": SECRET}, "KEY is refused by its validator"),
        ({"OTHER": "alone"}, "Validated is refused: KEY must be set where OTHER is"),
        ({"OTHER": SECRET}, "Validated is refused by its validator"),
        ({"KEY": "1", "OTHER": "lookup"}, "OTHER: the validator raised KeyError"),
    ],
)
def test_a_validator_may_say_what_is_wrong_and_nothing_of_the_value(variables: dict[str, str], line: str) -> None:
    assert refusal(Validated, variables) == line


class Together(Environment):
    first: str = ""
    second: str = ""

    @model_validator(mode="after")
    def consistent(self) -> Self:
        if self.first and self.second:
            raise LookupError(SECRET)
        return self


def test_a_validator_that_breaks_on_no_variable_alone_is_named_by_its_model() -> None:
    assert refusal(Together, {"FIRST": "1", "SECOND": "2"}) == "Together: the validator raised LookupError"
