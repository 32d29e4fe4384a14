"""The endpoint: the two models, the function between them, and the one reader of every door."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from lambda_app.problem import InvalidInput, Problem, ProcessingFailed, refused
from lambda_app.process import process

Model = type[BaseModel]

MAX_BYTES = 1_048_576


def too_large(hint: str = "") -> InvalidInput:
    """Return the refusal of input that is larger than 1 MiB."""
    return InvalidInput(413, f"The input is larger than {MAX_BYTES:,} bytes.{hint}")


class Document(BaseModel):
    """A JSON object: types are JSON's own, unknown fields and numbers that JSON has no word for are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


class ProcessRequest(Document):
    """What `process` takes."""

    message: Annotated[
        str,
        Field(
            min_length=1, max_length=65_536, description="The message to process.", examples=["hello", "hello world"]
        ),
    ]


class ProcessResponse(Document):
    """What `process` answers."""

    message: Annotated[str, Field(description="The processed message.")]


def process_message(request: ProcessRequest) -> ProcessResponse:
    """Process a message."""
    # Needs no change when the models do: `process` takes the request's fields by name, and returns a dict of the
    # response's fields or the value of its first one. The docstring is what OpenAPI and `--help` say of it.
    answer: object = process(**dict(request))
    fields = answer if isinstance(answer, dict) else {FIRST_FIELD: answer}
    return ProcessResponse.model_validate(fields, by_alias=True, by_name=True)


FIRST_FIELD = next(iter(ProcessResponse.model_fields))


class Endpoint:
    """A function from one model to another, and the way in and out of it: documents of at most 1 MiB."""

    def __init__(self, function: Callable[[Any], BaseModel], request: Model, response: Model) -> None:
        self.function = function
        self.request = request
        self.response = response

    def read(self, document: object) -> BaseModel:
        """Return the request that a document holds: JSON as bytes, or a value that was already decoded from JSON.

        A decoded value is written as JSON again, so that one parser and one set of rules decide for all doors.
        Raises InvalidInput, with status 400 (not JSON), 413 (too large) or 422 (refused by the model).
        """
        try:
            data = document if isinstance(document, bytes) else to_json(document)
        except ValueError:  # lone surrogates, or nesting that the parser would refuse as well
            raise refused([{"loc": (), "type": "json_invalid", "msg": "Invalid JSON: no UTF-8 text"}]) from None
        if len(data) > MAX_BYTES:
            raise too_large()
        try:
            # A byte order mark may be ignored (RFC 8259, section 8.1), and Lambda's runtime client does.
            return self.request.model_validate_json(data.removeprefix(b"\xef\xbb\xbf"))
        except ValidationError as error:
            errors = error.errors(include_url=False, include_context=False, include_input=False)
            raise refused(errors) from None

    def answer(self, document: object) -> bytes:
        """Return the response document, JSON on one line, for a request document.

        Raises InvalidInput where the document is refused, and ProcessingFailed, with the cause logged, where the
        function raises or its answer cannot be written.
        """
        request = self.read(document)
        try:
            return self.function(request).model_dump_json(by_alias=True).encode()
        except KeyboardInterrupt:
            raise
        except BaseException:  # a function that exits, or is cancelled, must not take the server with it
            # Not above: the terminal door has no other use for logging, a tenth of its start-up.
            import logging  # noqa: PLC0415

            logger = logging.getLogger(__name__)
            if not logger.hasHandlers():  # the terminal's error is one line
                logger.addHandler(logging.NullHandler())
            logger.exception("processing failed")
            raise ProcessingFailed from None

    def answer_line(self, line: bytes) -> tuple[int, bytes]:
        """Return the status and the document, response or problem, for one line of JSON Lines."""
        try:
            return 200, self.answer(line)
        except Problem as problem:
            return problem.status, problem.json()


ENDPOINT = Endpoint(process_message, ProcessRequest, ProcessResponse)
