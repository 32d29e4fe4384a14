"""The log in Lambda: AWS's runtime client writes it, as AWS_LAMBDA_LOG_FORMAT says, and this adds to its lines."""

import logging
import os
from contextvars import ContextVar
from time import perf_counter
from typing import Any, Self

from lambda_app.contract.problem import Problem, error_code
from lambda_app.settings import get_settings

logger = logging.getLogger(__name__)

_NO_REQUEST = ContextVar("no_request", default="-")


def set_up(request_id: ContextVar[str] = _NO_REQUEST) -> None:
    """Name the door in every line and, beside the runtime client's `requestId`, the X-Request-ID of the HTTP request.

    The runtime client writes all attributes of a record, so they are set where records are made. LOG_LEVEL holds unless
    the function is configured with a level, which AWS applies itself. Nothing happens outside of Lambda.
    """
    if "AWS_LAMBDA_RUNTIME_API" not in os.environ:
        return
    level = get_settings().log_level
    if level and not os.environ.get("AWS_LAMBDA_LOG_LEVEL"):
        logging.getLogger().setLevel(level.upper())
    make = logging.getLogRecordFactory()

    def make_with_fields(*arguments: Any, **options: Any) -> logging.LogRecord:  # noqa: ANN401 (logging's own)
        record = make(*arguments, **options)
        record.door = "lambda"
        http = request_id.get()
        record.xRequestId = None if http == "-" else http  # None is not written
        return record

    logging.setLogRecordFactory(make_with_fields)


class Invocation:
    """Logs one line for what happens in its block: `with Invocation(kind, endpoint): …`."""

    __slots__ = ("_endpoint", "_kind", "_start")

    def __init__(self, kind: str, endpoint: str) -> None:
        self._kind = kind
        self._endpoint = endpoint

    def __enter__(self) -> Self:
        self._start = perf_counter()
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if not logger.isEnabledFor(logging.INFO):
            return
        milliseconds = (perf_counter() - self._start) * 1000
        fields: dict[str, object] = {"endpoint": self._endpoint, "status": 200, "duration": round(milliseconds, 3)}
        if isinstance(error, Problem):
            fields |= {"status": error.status, "errorCode": error_code(error)}
        elif error is not None:
            fields |= {"status": 500, "errorCode": type(error).__name__}
        logger.info("%s %d %.1f ms", self._kind, fields["status"], milliseconds, extra=fields)
