"""Settings from environment variables, all checked together."""

import os
from collections.abc import Iterator, Mapping
from typing import Any, Self, get_args

from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core.core_schema import ErrorType

from lambda_app.contract.errors import UNTOLD, described

_PHRASES = {
    "missing": "is missing",
    "bool_parsing": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
}
_OUT_OF_RANGE = {
    "int_parsing",
    "int_parsing_size",
    "int_from_float",
    "float_parsing",
    "finite_number",
    "greater_than_equal",
    "less_than_equal",
}

# What pydantic puts before a message of your own validator. Such a message may repeat the value, and so may one whose
# code is not pydantic's.
_VALIDATORS = {"value_error": "Value error, ", "assertion_error": "Assertion failed, "}
_HARMLESS = set(get_args(ErrorType)) - set(_VALIDATORS)


class SettingsError(ValueError):
    """A setting is missing or wrong. The message names its environment variable, on one line."""


class Environment(BaseModel):
    """Settings, each read from the variable of its name: `port` from `PORT`. An empty variable counts as unset.

    `API_KEY_ARN` stands in for `API_KEY`: it names the secret or the parameter on AWS that holds the value.
    """

    model_config = ConfigDict(
        frozen=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
        # The variable is named after the field, and never after an alias.
        validate_by_name=True,
        validate_by_alias=False,
    )

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Return the settings that an environment holds, the process's own unless another is given.

        Raises SettingsError. Its message names every variable that is missing or wrong, and repeats no value.
        """
        values = _values(cls, os.environ if environment is None else environment)
        try:
            return cls.model_validate_strings(values)
        except ValidationError as error:
            raise SettingsError("; ".join(_problems(cls, error, values))) from None
        except Exception as error:  # noqa: BLE001 (a validator may raise what pydantic does not catch)
            broken = [name.upper() for name, value in values.items() if _breaks(cls, {name: value})]
            kind = type(error).__name__
            raise SettingsError(f"{', '.join(broken) or cls.__name__}: the validator raised {kind}") from None


def _values(model: type[BaseModel], environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the environment holds for each field of a model, by the field's name."""
    values: dict[str, str] = {}
    arns: dict[str, str] = {}
    problems: list[str] = []
    for name in model.model_fields:
        variable = name.upper()
        value = environment.get(variable)
        # A field `topic_arn` is a setting of its own, even where there is a field `topic`.
        arn = environment.get(f"{variable}_ARN") if f"{name}_arn" not in model.model_fields else None
        if value and arn:
            problems.append(f"{variable} and {variable}_ARN are both set")
        elif value:
            values[name] = value
        elif arn:
            arns[name] = arn
    if arns:
        from lambda_app.contract.secrets import Secrets, SecretUnavailable  # noqa: PLC0415 (few need it)

        secrets = Secrets()
        for name, arn in arns.items():
            try:
                values[name] = secrets.read(arn)
            except SecretUnavailable as error:
                problems.append(f"{name.upper()}_ARN {error}")
    if problems:
        raise SettingsError("; ".join(problems))
    return values


def _breaks(model: type[BaseModel], values: Mapping[str, str]) -> bool:
    """Tell whether a validator raises what pydantic does not catch."""
    try:
        model.model_validate_strings(values)
    except ValidationError:
        return False
    except Exception:  # noqa: BLE001 (whatever it is)
        return True
    return False


def _problems(model: type[BaseModel], error: ValidationError, values: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each variable that pydantic refuses. A union has an error for each of its members."""
    phrases: dict[str, list[str]] = {}
    for each in error.errors(include_url=False, include_context=False):
        name, *places = each["loc"] or (None,)
        variable = str(name).upper() if name else model.__name__  # a validator of the model refuses them together
        variable += "".join(f"[{place}]" for place in places if isinstance(place, int))
        phrases.setdefault(variable, []).append(_phrase(each, model.model_fields.get(str(name)), values))
    for variable, alternatives in phrases.items():
        yield f"{variable} {' or '.join(dict.fromkeys(alternatives))}"


def _phrase(error: Mapping[str, Any], field: FieldInfo | None, values: Mapping[str, str]) -> str:
    """Return what is wrong with a variable, in one line that repeats no value."""
    code = error["type"]
    if code in _OUT_OF_RANGE and field and (limits := _range(field)):
        return f"must be {limits}"
    if code in _PHRASES:
        return _PHRASES[code]
    detail = error["msg"] if code in _VALIDATORS else described(error)["detail"]
    if detail == UNTOLD or (
        code not in _HARMLESS
        and any(value.strip() and value in detail for value in (*values.values(), str(error["input"])))
    ):
        return "is refused by its validator"
    line = " ".join(detail.removeprefix(_VALIDATORS.get(code, "")).split())
    subject, should, requirement = line.partition(" should ")
    return f"must {requirement}" if should and " " not in subject else f"is refused: {line}"


def _range(field: FieldInfo) -> str | None:
    """Return the range of a number that has a lowest and a highest value."""
    kind = "a whole number" if field.annotation is int else "a number"
    lowest = next((limit.ge for limit in field.metadata if isinstance(limit, Ge)), None)
    highest = next((limit.le for limit in field.metadata if isinstance(limit, Le)), None)
    return None if lowest is None or highest is None else f"{kind} from {lowest} to {highest}"
