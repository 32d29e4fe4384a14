"""The kinds of events that reach a Lambda function, and how they are told apart."""

from collections.abc import Iterator
from enum import Enum, auto

from pydantic import AliasChoices, AliasPath, BaseModel

# EventBridge sends one event, with the document under `detail`, decoded.
EVENT_BRIDGE = {"detail-type", "detail", "source"}

HTTP_ELSEWHERE = "HTTP of an unknown source, or without the HTTP door"

# Events that would otherwise be taken for a direct invocation, by keys that all of their kind have.
UNSUPPORTED = {
    "an API Gateway authorizer": {"methodArn"},
    "an HTTP API authorizer": {"routeArn"},
    "an AppSync resolver": {"arguments", "info"},
    "a CloudFormation custom resource": {"RequestType", "StackId"},
    "CloudWatch Logs": {"awslogs"},
    "a CodePipeline job": {"CodePipeline.job"},
    "a Cognito trigger": {"triggerSource", "userPoolId"},
    "Cognito Sync": {"datasetName", "identityPoolId"},
    "a Config rule": {"invokingEvent"},
    "an Amazon Connect flow": {"Details", "Name"},
    "Firehose or Kinesis Data Analytics": {"invocationId", "records"},
    "Kafka, Amazon MQ or DocumentDB": {"eventSource"},
    "Amazon Lex": {"bot"},
    "an Alexa skill": {"request", "session"},
    "an Alexa smart home skill": {"header", "payload"},
    "S3 Batch Operations": {"invocationSchemaVersion", "tasks"},
    "a Secrets Manager rotation": {"SecretId", "Step"},
    "VPC Lattice": {"raw_path"},
    HTTP_ELSEWHERE: {"requestContext"},
}

# A document that had every key of one of these could be taken for an event. Step Functions sends `Items` (Step
# Functions' developer guide, "ItemBatcher (Map)").
RESERVED = ({"Records"}, EVENT_BRIDGE, *UNSUPPORTED.values(), {"body"}, {"Items"})


class UnsupportedEvent(Exception):
    """The event is of a kind that this function does not serve. The message names it, escaped and cut."""

    def __init__(self, what: str) -> None:
        super().__init__(f"This function does not serve {ascii(what)[1:-1][:200]}")


class Kind(Enum):
    """A kind of event that one of the handlers serves."""

    HTTP = auto()
    RECORDS = auto()
    EVENT_BRIDGE = auto()
    BODY = auto()
    DIRECT = auto()


def kind_of(event: object) -> Kind:
    """Return the kind of an event. Raises UnsupportedEvent, which names it, for a kind that is not served."""
    if not isinstance(event, dict):
        raise UnsupportedEvent(f"a {type(event).__name__} instead of an object")
    if _is_http(event):
        return Kind.HTTP
    if "Records" in event:
        return Kind.RECORDS
    if event.keys() >= EVENT_BRIDGE:
        return Kind.EVENT_BRIDGE
    for name, keys in UNSUPPORTED.items():
        if event.keys() >= keys:
            raise UnsupportedEvent(name)
    return Kind.BODY if "body" in event else Kind.DIRECT


def _is_http(event: dict[str, object]) -> bool:
    """Tell an event of API Gateway (REST, HTTP), a Function URL or a load balancer from all others."""
    context = event.get("requestContext")
    if not isinstance(context, dict) or "methodArn" in event or "routeArn" in event:
        return False  # an authorizer's event describes a request, but is not one
    if event.get("version") == "2.0":
        return isinstance(context.get("http"), dict)
    return "httpMethod" in event


def check_names(model: type[BaseModel]) -> None:
    """Raise TypeError, with the names, where a model's documents could be taken for an AWS event."""
    names = set(_names(model))
    for keys in RESERVED:
        if names >= keys:
            raise TypeError(f"the request model's {' and '.join(sorted(keys))} are an AWS event's too: rename a field")


def _names(model: type[BaseModel]) -> Iterator[str | int]:
    """Yield the names that a document's members may have."""
    by_name = model.model_config.get("validate_by_name") or model.model_config.get("populate_by_name")
    for name, field in model.model_fields.items():
        alias = field.validation_alias
        if alias is None or by_name:
            yield name
        if alias is not None:
            choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
            yield from (choice.path[0] if isinstance(choice, AliasPath) else choice for choice in choices)
