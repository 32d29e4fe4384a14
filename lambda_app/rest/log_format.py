"""The lines of the REST server's log: text, or JSON in the fields of Lambda's log."""

import logging
import time

from pydantic_core import to_json
from pythonjsonlogger.core import BaseJsonFormatter, LogData

from lambda_app.rest.request_log import REQUEST_ID


class TextFormatter(logging.Formatter):
    """Writes a line for a person, in local time."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(request_id)s %(name)s: %(message)s")
        self._second = -1
        self._time = ""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for a record."""
        record.request_id = REQUEST_ID.get()
        return super().format(record)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 (logging's name)
        """Return the time as logging does by default."""
        second = int(record.created)  # to format it once in each, because that takes as long as the rest of a line
        if second != self._second:
            self._time = super().formatTime(record, datefmt).partition(",")[0]
            self._second = second
        return f"{self._time},{int(record.msecs):03}"


class JsonFormatter(BaseJsonFormatter):
    """Writes a line as a JSON object with the fields that Lambda's runtime client gives its own, and those of `extra`.

    python-json-logger's own choice of fields, and the standard library's JSON, take twice as long.
    """

    def __init__(self) -> None:
        super().__init__(exc_info_as_array=True, stack_info_as_array=True)
        self.reserved_attrs |= {"color_message"}  # uvicorn's message for a terminal
        self._second = -1
        self._time = ""

    def add_fields(self, log_data: LogData, record: logging.LogRecord, message_dict: LogData) -> None:
        """Set the fields of a line. The time is RFC 3339's, in UTC."""
        second = int(record.created)
        if second != self._second:
            self._time = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._second = second
        log_data["timestamp"] = f"{self._time}.{int(record.msecs):03}Z"
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["message"] = record.message
        request_id = REQUEST_ID.get()
        if request_id != "-":
            log_data["requestId"] = request_id
        log_data["door"] = "rest"
        for name, value in record.__dict__.items():
            if value is not None and name not in self.reserved_attrs:  # as Lambda's, which writes no null
                log_data[name] = value
        trace = message_dict.pop("exc_info", None)
        log_data.update(message_dict)
        if record.exc_info and record.exc_info[0]:
            log_data["errorType"] = record.exc_info[0].__name__
            log_data["errorMessage"] = str(record.exc_info[1])
            log_data["stackTrace"] = trace
            log_data["location"] = f"{record.pathname}:{record.funcName}:{record.lineno}"

    def jsonify_log_record(self, log_data: LogData) -> str:
        """Return the line."""
        try:
            return to_json(log_data, inf_nan_mode="strings", fallback=str).decode()
        except ValueError:  # a lone surrogate, which JSON can escape and UTF-8 cannot hold
            from json import dumps  # noqa: PLC0415 (nothing else needs it)

            return dumps(log_data, default=str)
