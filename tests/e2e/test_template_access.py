"""Who may call the stack of template.yaml, and which secrets its functions may read."""

import re

import pytest

from tests.e2e.stack import Json, Stack, statements

TOKENS = {"JwtIssuer": "https://login.example.com/", "JwtAudience": "api://lambda-app,another"}
PUBLIC = {"PublicAccess": "true"}
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:lambda-app/api-key-AbCdEf"  # noqa: S105 (its name)
PARAMETER = "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/lambda-app/api-key"
KEYS_NEED_PUBLIC_ACCESS = "ApiKeysArn needs PublicAccess, because AWS takes the Authorization field without it"
ACTIONS = [(SECRET, "secretsmanager:GetSecretValue"), (PARAMETER, "ssm:GetParameter")]


def difference(stack: Stack, other: Stack) -> Json:
    """Return the properties of the resources of a stack that another one has not, or has otherwise."""
    resources = {name: of for name, of in stack.resources.items() if "Version" not in name}
    return {name: of["Properties"] for name, of in resources.items() if other.resources.get(name) != of}


def with_variables(function: Json, **variables: str) -> Json:
    """Return a function with other values of some environment variables."""
    return {**function, "Environment": {"Variables": function["Environment"]["Variables"] | variables}}


def test_an_explicit_parameter_opens_both_doors_tells_the_function_and_throttles_the_http_api(template: Json) -> None:
    closed, public = Stack(template), Stack(template, **PUBLIC, ThrottleRate="50", ThrottleBurst="20")
    alias = {"Ref": "ProcessFunctionAliaslive"}
    assert difference(public, closed) == {
        "ProcessFunction": with_variables(closed["ProcessFunction"], PUBLIC_ACCESS="true"),
        "ProcessFunctionUrl": {"TargetFunctionArn": alias, "AuthType": "NONE"},
        "HttpApiStage": {
            **closed["HttpApiStage"],
            "DefaultRouteSettings": {"ThrottlingRateLimit": "50", "ThrottlingBurstLimit": "20"},
        },
        "HttpApiRoute": {**closed["HttpApiRoute"], "AuthorizationType": "NONE"},
        "PublicFunctionUrl": {
            "FunctionName": alias,
            "Action": "lambda:InvokeFunctionUrl",
            "FunctionUrlAuthType": "NONE",
            "Principal": "*",
        },
        "PublicFunctionUrlInvoke": {
            "FunctionName": alias,
            "Action": "lambda:InvokeFunction",
            "InvokedViaFunctionUrl": True,
            "Principal": "*",
        },
    }


def test_a_closed_http_api_is_throttled_by_the_limits_of_the_account_alone(template: Json) -> None:
    assert "DefaultRouteSettings" not in Stack(template)["HttpApiStage"]


def test_an_issuer_and_audiences_make_the_http_api_ask_for_its_tokens_and_change_nothing_else(template: Json) -> None:
    closed, stack = Stack(template), Stack(template, **TOKENS)
    assert difference(stack, closed) == {
        "HttpApiRoute": {
            **closed["HttpApiRoute"],
            "AuthorizationType": "JWT",
            "AuthorizerId": {"Ref": "HttpApiAuthorizer"},
        },
        "HttpApiAuthorizer": {
            "ApiId": {"Ref": "HttpApi"},
            "Name": "jwt",
            "AuthorizerType": "JWT",
            "IdentitySource": ["$request.header.Authorization"],
            "JwtConfiguration": {
                "Issuer": "https://login.example.com/",
                "Audience": ["api://lambda-app", "another"],
            },
        },
    }
    assert stack["ProcessFunctionUrl"]["AuthType"] == "AWS_IAM"


def test_public_access_never_lets_a_request_past_the_issuer(template: Json) -> None:
    assert Stack(template, **TOKENS, **PUBLIC)["HttpApiRoute"]["AuthorizationType"] == "JWT"


@pytest.mark.parametrize(
    ("values", "objections"),
    [
        ({}, []),
        (PUBLIC, []),
        (TOKENS, []),
        ({"JwtIssuer": TOKENS["JwtIssuer"]}, ["JwtIssuer needs JwtAudience"]),
        ({"JwtAudience": TOKENS["JwtAudience"]}, ["JwtAudience needs JwtIssuer"]),
        ({"JwtIssuer": "https://a.example", "JwtAudience": "https://a.example"}, []),
        (TOKENS | PUBLIC, ["PublicAccess would let strangers past JwtIssuer"]),
        (PUBLIC | {"ApiKeysArn": SECRET}, []),
        ({"ApiKeysArn": SECRET}, [KEYS_NEED_PUBLIC_ACCESS]),
        (TOKENS | {"ApiKeysArn": SECRET}, [KEYS_NEED_PUBLIC_ACCESS]),
    ],
)
def test_values_that_contradict_each_other_are_refused_before_anything_changes(
    values: dict[str, str], objections: list[str], template: Json
) -> None:
    assert Stack(template, **values).objections() == objections


@pytest.mark.parametrize(
    ("issuer", "is_taken"),
    [
        ("", True),
        ("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123", True),
        ("http://login.example.com", False),
        ("login.example.com", False),
        ("https://a b", False),
    ],
)
def test_nothing_but_the_url_of_an_issuer_is_taken(issuer: str, *, is_taken: bool, template: Json) -> None:
    assert bool(re.fullmatch(template["Parameters"]["JwtIssuer"]["AllowedPattern"], issuer)) == is_taken


@pytest.mark.parametrize(("arn", "action"), ACTIONS)
def test_every_function_may_read_the_one_secret_that_its_settings_name(arn: str, action: str, template: Json) -> None:
    without, stack = Stack(template, Queue="standard"), Stack(template, Queue="standard", ApiKeyArn=arn)
    for function, role in (("ProcessFunction", "ProcessRole"), ("QueueFunction", "QueueRole")):
        assert stack[function]["Environment"]["Variables"]["API_KEY_ARN"] == arn
        allowed = {"Effect": "Allow", "Action": action, "Resource": arn}
        assert statements(stack[role]) == [*statements(without[role]), allowed]


@pytest.mark.parametrize(("arn", "action"), ACTIONS)
def test_the_function_that_serves_http_alone_may_read_the_keys_of_its_callers(
    arn: str, action: str, template: Json
) -> None:
    without = Stack(template, **PUBLIC, Queue="standard")
    stack = Stack(template, **PUBLIC, Queue="standard", ApiKeysArn=arn)
    assert difference(stack, without).keys() == {"ProcessFunction", "ProcessRole"}
    assert stack["ProcessFunction"] == with_variables(without["ProcessFunction"], API_KEYS_ARN=arn)
    allowed = {"Effect": "Allow", "Action": action, "Resource": arn}
    assert statements(stack["ProcessRole"]) == [*statements(without["ProcessRole"]), allowed]


@pytest.mark.parametrize("parameter", ["ApiKeyArn", "ApiKeysArn"])
@pytest.mark.parametrize(
    ("arn", "is_taken"),
    [
        (SECRET, True),
        (PARAMETER, True),
        ("", True),
        ("lambda-app/api-key", False),
        ("arn:aws:sns:eu-central-1:123456789012:api-key", False),
        (SECRET.removesuffix("-AbCdEf"), False),
        (f"{SECRET}*", False),
        (PARAMETER.replace("api-key", "*"), False),
        ("{{resolve:ssm:/lambda-app/api-key}}", False),
    ],
)
def test_nothing_but_the_arn_of_a_secret_or_of_a_parameter_is_taken(
    parameter: str, arn: str, *, is_taken: bool, template: Json
) -> None:
    assert bool(re.fullmatch(template["Parameters"][parameter]["AllowedPattern"], arn)) == is_taken
