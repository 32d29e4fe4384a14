"""What kind of event has arrived, and what is refused by its name."""

from typing import Any

import pytest
from pydantic import AliasChoices, AliasPath, Field, create_model

from lambda_app.aws_lambda.event_handler import EventHandler
from lambda_app.aws_lambda.kinds import Kind, UnsupportedEvent, check_names, kind_of
from lambda_app.contract.document import Document
from lambda_app.contract.life import Life
from tests.echo import ECHO
from tests.events import HTTP, Event, event, get, sns, sqs

GOOD = '{"message": "a"}'
events = EventHandler({"process": ECHO}, Life())


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        *((event(name), Kind.HTTP) for name in HTTP),
        (event("http_api", Records=[], body=None), Kind.HTTP),
        (sqs(GOOD), Kind.RECORDS),
        ({"Records": [], "detail": {}, "detail-type": "", "source": ""}, Kind.RECORDS),
        (event("eventbridge"), Kind.EVENT_BRIDGE),
        ({**event("eventbridge"), "awslogs": {}}, Kind.EVENT_BRIDGE),
        ({"body": None}, Kind.BODY),
        ({"message": "a"}, Kind.DIRECT),
        ({}, Kind.DIRECT),
    ],
)
def test_the_kinds_are_recognised_in_the_order_of_the_contract(value: Event, kind: Kind) -> None:
    assert kind_of(value) is kind


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "hello", [], [{"message": "a"}], b"{}"])
def test_what_is_no_object_is_named_and_refused(value: object) -> None:
    with pytest.raises(UnsupportedEvent, match=f"a {type(value).__name__} instead of an object"):
        events(value, None)


@pytest.mark.parametrize(
    ("unsupported", "name"),
    [
        (event("s3"), "Records of aws:s3"),
        ({"Records": []}, "Records that are no list of records"),
        ({"Records": None}, "Records that are no list of records"),
        ({"Records": ["a"]}, "Records that are no list of records"),
        ({"Records": [{}]}, "Records of an unknown source"),
        ({"Records": [{"eventSource": ["aws:sqs"]}]}, "Records of an unknown source"),
        ({"Records": [{"eventSource": "\x1b[31m" + "x" * 1000}]}, r"Records of \\x1b\[31mx{181}$"),
        ({"Records": [{"cf": {}}]}, "Records of CloudFront"),
        ({"Records": [*sqs(GOOD)["Records"], *sns(GOOD)["Records"]]}, "Records of aws:sns, aws:sqs"),
        ({"Records": [{"eventSource": "aws:sqs", "body": GOOD}]}, "malformed Records of aws:sqs"),
        ({"Records": [{"eventSource": "aws:kinesis", "kinesis": None}]}, "malformed Records of aws:kinesis"),
        ({"Records": [{**sqs(GOOD)["Records"][0], "messageId": ""}]}, "malformed Records of aws:sqs"),
        ({"Records": [{**sqs(GOOD)["Records"][0], "messageId": 1}]}, "malformed Records of aws:sqs"),
        ({"Records": [{**sqs(GOOD)["Records"][0], "eventSourceARN": None}]}, "malformed Records of aws:sqs"),
        ({"Records": [{**sqs(GOOD, groups=["a"])["Records"][0], "attributes": {}}]}, "malformed Records of aws:sqs"),
        (
            {"Records": [{**sqs(GOOD, groups=["a"])["Records"][0], "attributes": {"MessageGroupId": []}}]},
            "malformed Records of aws:sqs",
        ),
        ({"methodArn": "arn", "type": "TOKEN"}, "an API Gateway authorizer"),
        ({"triggerSource": "PreSignUp_SignUp", "userPoolId": "a"}, "a Cognito trigger"),
        ({"RequestType": "Create", "StackId": "arn"}, "a CloudFormation custom resource"),
        ({"raw_path": "/", "body": "{}"}, "VPC Lattice"),
        ({"awslogs": {"data": ""}}, "CloudWatch Logs"),
        ({"body": GOOD}, "a bare HTTP body"),
        *((event(name), "HTTP of an unknown source, or without the HTTP door") for name in HTTP),
        (get("http_api", "/health"), "HTTP of an unknown source, or without the HTTP door"),
        ({"requestContext": {"connectionId": "a"}}, "HTTP of an unknown source, or without the HTTP door"),
    ],
)
def test_an_event_of_another_kind_is_named_and_refused(unsupported: Event, name: str) -> None:
    with pytest.raises(UnsupportedEvent, match=f"^This function does not serve {name}"):
        events(unsupported, None)


@pytest.mark.parametrize(
    "names",
    [
        ("body",),
        ("Records", "other"),
        ("requestContext",),
        ("detail", "detail-type", "source"),
        ("awslogs",),
        ("Items",),
    ],
)
def test_a_model_that_cannot_be_told_from_an_event_is_refused_with_the_names(names: tuple[str, ...]) -> None:
    fields: dict[str, Any] = {f"field{n}": (str, Field(alias=name)) for n, name in enumerate(names)}
    with pytest.raises(TypeError, match=names[0]):
        check_names(create_model("Collides", __base__=Document, **fields))


@pytest.mark.parametrize(
    "alias", ["body", AliasChoices("text", "body"), AliasPath("body", 0), AliasChoices("text", AliasPath("body", 0))]
)
def test_every_name_that_a_field_is_read_by_counts(alias: str | AliasChoices | AliasPath) -> None:
    with pytest.raises(TypeError, match="body"):
        check_names(create_model("Collides", __base__=Document, field=(str, Field(validation_alias=alias))))


def test_a_field_name_counts_unless_its_alias_stands_in_its_place() -> None:
    class Aliased(Document):
        body: str = Field(alias="text")

    class ByBoth(Aliased, validate_by_name=True):
        pass

    check_names(Aliased)
    with pytest.raises(TypeError, match="body"):
        check_names(ByBoth)
