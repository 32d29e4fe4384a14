"""Who called: the holder of a key, or whom AWS has authenticated. A dependency for routes, and a name for the log."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from fastapi.requests import HTTPConnection
from starlette.types import Scope

# Where the application keeps the caller. None: nobody has to say who calls.
CALLER = "lambda_app.caller"

# What a Lambda authorizer's context has beside the members that the authorizer returns.
_OF_GATEWAY = {"principalId", "integrationLatency"}


class Caller(NamedTuple):
    """Who called.

    `kind` says who vouches for `name`:

    - `key`: this application. The name is that of a key in API_KEYS.
    - `jwt`: a JWT or Cognito authorizer of API Gateway. The name is the token's `sub`, or else its `client_id`.
    - `iam`: AWS's IAM. The name is an ARN.
    - `custom`: a Lambda authorizer. The name is its `principalId`, or else `sub` of what it returns.

    `claims` are what the token, IAM or the authorizer says beside the name. `repr` leaves them out, so that they do not
    get into a log.
    """

    name: str
    kind: Literal["key", "jwt", "iam", "custom"]
    claims: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Caller(name={self.name!r}, kind={self.kind!r})"


async def caller(connection: HTTPConnection) -> Caller | None:
    """Return who called, or None where nobody has to say so. It is a dependency: `Depends(caller)`."""
    return caller_of(connection.scope)


def caller_of(scope: Scope) -> Caller | None:
    """Return who called, from the scope of an HTTP request or of a WebSocket."""
    found: Caller | None = scope.get(CALLER)
    if found is None and "aws.event" in scope:
        return _on_aws(scope["aws.event"])
    return found


def _on_aws(event: Any) -> Caller | None:  # noqa: ANN401 (any JSON value)
    """Return whom API Gateway or a Function URL has authenticated.

    API Gateway's developer guides, "Input format of a Lambda function for proxy integration" and "Create AWS Lambda
    proxy integrations for HTTP APIs". An Application Load Balancer says nothing that this function could rely on.
    """
    context = _object(_object(event).get("requestContext"))
    authorizer = _object(context.get("authorizer"))
    claims = _object(authorizer.get("claims") or _object(authorizer.get("jwt")).get("claims"))
    iam = _object(authorizer.get("iam") or context.get("identity"))
    custom = _object(authorizer.get("lambda")) or authorizer
    given = {name: value for name, value in custom.items() if name not in _OF_GATEWAY}
    return (
        _caller("jwt", claims, claims, "sub", "client_id")
        or _caller("iam", iam, _iam_claims(iam), "userArn")
        or _caller("custom", custom, given, "principalId", "sub")
    )


def _caller(
    kind: Literal["jwt", "iam", "custom"], named: Mapping[str, Any], claims: Mapping[str, Any], *names: str
) -> Caller | None:
    """Return a caller by the first of some members that names one."""
    found = [named[name] for name in names if isinstance(named.get(name), str) and named[name]]
    return Caller(found[0], kind, claims) if found else None


def _iam_claims(iam: Mapping[str, Any]) -> dict[str, Any]:
    """Return what IAM says. A REST API's `identity` holds the client's own key as well, and much that is null."""
    return {name: value for name, value in iam.items() if value is not None and name != "apiKey"}


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
