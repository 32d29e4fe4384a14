"""The error document of every door (RFC 9457, Problem Details for HTTP APIs)."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import to_json

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 20

# RFC 9110's reason phrases for the statuses that the template answers with. Those of `http.HTTPStatus` differ from one
# Python to the next, and importing it would slow every start.
_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Problem(Exception):
    """An error that the caller is told of. Its text is the problem document as JSON.

    Raise it, or a subclass, in an endpoint function to refuse a request. A subclass may set `status`, `type`, `title`
    and `headers` for all of its instances, and is then raised with a detail alone:

        class NoSuchCustomer(Problem):
            \"\"\"No customer has this number.\"\"\"

            status = 404

        raise NoSuchCustomer(detail="There is no customer 17.")

    `status` is an HTTP status code from 400 to 599, at every door. Raises ValueError for any other. `type` is a URI
    that names the kind of problem. The HTTP doors send `headers`. `errors` say which part of the input is wrong, and
    why. The document lists the first 20 of them. Where there are more, `errorCount` counts them all. `is_partial` says
    that there may be more, and that nobody has counted them. `members` are extension members of the document (RFC 9457,
    section 3.2).
    """

    status: int = 500
    type: str = "about:blank"
    title: str | None = None
    headers: Mapping[str, str] = {}

    def __init__(  # noqa: PLR0913 (RFC 9457 has that many members)
        self,
        status: int | None = None,
        detail: str | None = None,
        *,
        type: str | None = None,  # noqa: A002 (RFC 9457's name)
        title: str | None = None,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
        error_count: int | None = None,
        is_partial: bool = False,
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(status, detail)
        self.status = int(self.status if status is None else status)
        if not 400 <= self.status <= 599:  # noqa: PLR2004 (RFC 9110, sections 15.5 and 15.6)
            raise ValueError(f"a problem's status is from 400 to 599, not {self.status}")
        self.detail = detail
        self.type = type or self.type
        self.title = title or self.title
        self.headers = self.headers if headers is None else headers
        self.errors = errors[:MAX_ERRORS]
        self.error_count = len(errors) if error_count is None else error_count
        self.is_partial = is_partial
        self.members = members or {}

    @property
    def document(self) -> dict[str, Any]:
        """The members of the problem document, in RFC 9457's order."""
        standard = {
            "type": self.type,
            "title": self.title or reason_phrase(self.status),
            "status": self.status,
            "detail": self.detail,
            "errors": self.errors,
            "errorCount": self.error_count if self.error_count > MAX_ERRORS else None,
        }
        given = {name: value for name, value in standard.items() if value}
        return {**given, **self.members, "status": self.status}

    @property
    def line(self) -> str:
        """The problem in one line of text: its errors, joined by semicolons, or else its detail, or else its title."""
        errors = [f"{_place(error)}: {error['code']}: {error['detail']}" for error in self.errors]
        if self.error_count > MAX_ERRORS:
            errors.append(f"{self.error_count - MAX_ERRORS} more")
        elif self.is_partial:
            errors.append("perhaps more")
        return "; ".join(errors) or str(self.document.get("detail") or self.document["title"])

    def json(self) -> bytes:
        """Return the problem document as JSON in UTF-8, on one line. A value that JSON has no form for becomes text."""
        try:
            return to_json(self.document, fallback=str)
        except ValueError:  # a lone surrogate, which JSON can escape and UTF-8 cannot hold
            from json import dumps  # noqa: PLC0415 (nothing else needs it)

            return dumps(self.document, default=str).encode()

    def __str__(self) -> str:
        return self.json().decode()


class InvalidInput(Problem):
    """The input is refused: not a JSON document, too large, or not what the request model asks for."""

    status = 422


class ProcessingFailed(Problem):
    """The function raised something other than a Problem, or returned something other than its response document.

    `cause` is what was raised, for the log. No caller sees it.
    """

    def __init__(self, cause: BaseException) -> None:
        super().__init__(500)
        self.cause = cause


def error_code(problem: Problem) -> str:
    """Return what the log calls a problem: its `type` if it has one, else its class, as Lambda's `errorType` does.

    A plain Problem is called after its status: `NotFound`.
    """
    if problem.type != Problem.type:
        return problem.type
    name = type(problem).__name__
    return reason_phrase(problem.status).replace(" ", "") if name == Problem.__name__ else name


def refusal_in(error: BaseException) -> Problem | None:
    """Return the refusal that an exception stands for: a Problem, or the HTTPException of Starlette and FastAPI.

    HTTPException is recognised by its name, because importing it would take the terminal longer than its own work.
    """
    if isinstance(error, Problem):
        return error
    names = {(each.__module__, each.__name__) for each in type(error).__mro__}
    if ("starlette.exceptions", "HTTPException") not in names:
        return None
    status, detail, headers = (getattr(error, name, None) for name in ("status_code", "detail", "headers"))
    if not isinstance(status, int) or not 400 <= status <= 599:  # noqa: PLR2004 (as in Problem)
        return None
    if isinstance(detail, Mapping):
        return Problem(status, headers=headers, members=detail)
    text = detail if isinstance(detail, str | None) else to_json(detail, fallback=str).decode()
    # HTTPException fills in the reason phrase where no detail is given.
    given = None if text in {reason_phrase(status), _phrase(status)} else text
    return Problem(status, given, headers=headers)


def _place(error: Mapping[str, Any]) -> str:
    kind = next(name for name in ("pointer", "parameter", "header", "cookie") if name in error)
    return str(error[kind]) if kind == "pointer" else f"{kind} {error[kind]}"


def reason_phrase(status: int) -> str:
    """Return RFC 9110's reason phrase for a status code, or "Error" where it has none."""
    return _TITLES.get(status) or _phrase(status)


def _phrase(status: int) -> str:
    from http import HTTPStatus  # noqa: PLC0415 (see the table above)

    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"
