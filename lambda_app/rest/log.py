"""The REST server's log: where its lines go, which of them, and in what form."""

import logging
import os
import sys
from typing import Any

from lambda_app.rest import request_log
from lambda_app.settings import get_settings


def is_json() -> bool:
    """Tell whether the log is JSON: as LOG_FORMAT says, or else where standard error is no terminal."""
    wanted = get_settings().log_format
    return not sys.stderr.isatty() if wanted is None else wanted == "json"


def handler() -> logging.Handler:
    """Return the handler of all lines, uvicorn's included."""
    from lambda_app.rest.log_format import JsonFormatter, TextFormatter  # noqa: PLC0415 (Lambda needs none of this)
    from lambda_app.rest.log_handler import LogHandler  # noqa: PLC0415 (as above)

    made = LogHandler(request_log.__name__)
    made.setFormatter(JsonFormatter() if is_json() else TextFormatter())
    return made


def config() -> dict[str, Any]:
    """Return uvicorn's `log_config`, which each of its processes hands to `logging.config.dictConfig` first of all."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"stderr": {"()": f"{__name__}.handler"}},
        "root": {"handlers": ["stderr"], "level": _level()},
    }


def set_up() -> None:
    """Log to standard error, except in Lambda, or where the process has set up its logging already."""
    # The request log writes a line for each request. uvicorn's would be a second one, without the request id.
    logging.getLogger("uvicorn.access").disabled = True
    root = logging.getLogger()
    if root.handlers or "AWS_LAMBDA_RUNTIME_API" in os.environ:
        return
    root.addHandler(handler())
    root.setLevel(_level())
    if is_json():
        _adopt_uvicorn()


def write_out() -> None:
    """Write the lines that wait: at the end, when no event loop does it any more."""
    for each in logging.getLogger().handlers:
        each.flush()


def _level() -> str:
    return (get_settings().log_level or "info").upper()


def _adopt_uvicorn() -> None:
    """Let uvicorn's own command write JSON too from now on, unless it was told how to write its lines."""
    logger = logging.getLogger("uvicorn")
    if all(type(each.formatter).__module__ == "uvicorn.logging" for each in logger.handlers):
        logger.handlers.clear()
        logger.propagate = True
