"""Validators for large documents, in which an error costs next to nothing.

pydantic copies the input into each of its errors, and then converts it to Python objects: the whole object for every
field that is missing in it. One MiB of wrong numbers costs 500 MiB that way.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError, SchemaValidator, from_json
from pydantic_core.core_schema import with_default_schema

from lambda_app.contract.errors import described, path
from lambda_app.contract.problem import MAX_ERRORS
from lambda_app.contract.twin import UNION, Absent, Twin, unknown_fields

_REFUSED = object()

_UNKNOWN = {"type": "extra_forbidden", "detail": "Extra inputs are not permitted", "loc": (), "input": None}


class CarefulValidator:
    """Validates as a schema of pydantic-core does, and stops at the first wrong item of each list, dict and set.

    Of unknown fields it reports the first 20. It takes as long as pydantic's own validator for a document that is
    valid, and returns the same. A document that is refused is validated twice, so that the first pass need not keep
    errors. A union that refuses is one error.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        twin = Twin(schema)
        validated = with_default_schema(twin.schema(), default=_REFUSED, on_error="default")
        # Without the validators that pydantic has built for the models, because those are the ones to be replaced.
        self._validator = SchemaValidator(validated, _use_prebuilt=False)
        self._reporter = SchemaValidator(twin.schema(reports=True), _use_prebuilt=False)
        self._has_tags = twin.has_tags

    def validate_json(self, data: bytes) -> Any:  # noqa: ANN401 (what the schema makes of it)
        """Return what a document holds. Raises ValidationError, with at most 20 errors, none of which has an input.

        The locations are the document's own, without the tags of unions.
        """
        value = self._validator.validate_json(data)
        if value is not _REFUSED:
            return value
        raise ValidationError.from_exception_data("document", self._errors(data))

    def _errors(self, data: bytes) -> list[Any]:
        token = unknown_fields.set(iter([None] * MAX_ERRORS))
        found: list[dict[str, Any]] = []
        try:
            self._reporter.validate_json(data)
        except ValidationError as error:
            found = [_told(each) for each in error.errors(include_url=False, include_context=False)]
        finally:
            unknown_fields.reset(token)
        # The error and its input are gone here, before the document is decoded.
        if self._has_tags and found:
            document = from_json(data)
            for each in found:
                each["loc"] = tuple(path(each, document))
        # One for each place and code.
        unique = {(each["loc"], each["type"]): each for each in found}
        # Where a union tries its choices, the unknown fields of one may be all that was counted.
        told = list(unique.values())[:MAX_ERRORS] or [_UNKNOWN]
        return [{**each, "type": PydanticCustomError(each["type"], each["detail"])} for each in told]


def _told(error: Mapping[str, Any]) -> dict[str, Any]:
    """Return the type, the location and the detail of one of pydantic's errors, without the input."""
    given = error["input"]
    if isinstance(given, Absent):
        return {"type": "missing", "detail": "Field required", "loc": given.location(error["loc"]), "input": None}
    # Of this one, no part needs to be looked for in the input.
    found = described({**error, "input": None} if error["type"] == UNION["type"] else error)
    return {"type": found["code"], "detail": found["detail"], "loc": error["loc"], "input": None}
