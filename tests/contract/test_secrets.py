"""Secrets that AWS keeps, read from the stand-in that moto is for it."""

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from moto import mock_aws
from pydantic import SecretStr

from lambda_app.contract.environment import Environment, SettingsError

REGION = "eu-central-1"
PARAMETER = f"arn:aws:ssm:{REGION}:123456789012:parameter/app/key"
NEITHER = "must be the ARN of a secret of Secrets Manager, or of a parameter of SSM"


class WithKey(Environment):
    api_key: SecretStr


class WithTwo(WithKey):
    topic: str = "news"
    topic_arn: str = ""


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield


def aws(service: str) -> Any:
    """Return a client of AWS, where the secrets are."""
    return boto3.client(service, region_name=REGION)


def secret(**value: str | bytes) -> str:
    """Keep a secret, and return its ARN."""
    arn: str = aws("secretsmanager").create_secret(Name="key", **value)["ARN"]
    return arn


def key(arn: str) -> str:
    """Return the key that the settings read."""
    return WithKey.read({"API_KEY_ARN": arn}).api_key.get_secret_value()


def refusal(model: type[Environment] = WithKey, **variables: str) -> str:
    """Return the line that refuses an environment."""
    with pytest.raises(SettingsError) as raised:
        model.read(variables)
    return str(raised.value)


@pytest.mark.parametrize("value", [{"SecretString": "s3cret ü"}, {"SecretBinary": "s3cret ü".encode()}])
def test_a_secret_of_secrets_manager_is_read_whether_it_is_text_or_bytes(value: dict[str, str | bytes]) -> None:
    assert key(secret(**value)) == "s3cret ü"


def test_a_parameter_of_ssm_is_read_and_decrypted() -> None:
    aws("ssm").put_parameter(Name="/app/key", Value="s3cret", Type="SecureString")
    assert key(PARAMETER) == "s3cret"


def test_every_reading_of_the_settings_asks_aws_anew_as_a_restored_snapshot_must() -> None:
    arn = secret(SecretString="before")
    first = key(arn)
    aws("secretsmanager").put_secret_value(SecretId=arn, SecretString="after")
    assert (first, key(arn)) == ("before", "after")


def test_an_empty_variable_counts_as_unset_here_too() -> None:
    arn = secret(SecretString="s3cret")
    assert WithKey.read({"API_KEY": "", "API_KEY_ARN": arn}).api_key.get_secret_value() == "s3cret"
    assert WithKey.read({"API_KEY": "own", "API_KEY_ARN": ""}).api_key.get_secret_value() == "own"
    assert refusal(API_KEY_ARN="") == "API_KEY is missing"


def test_a_variable_and_its_arn_exclude_each_other() -> None:
    assert refusal(API_KEY="own", API_KEY_ARN=PARAMETER) == "API_KEY and API_KEY_ARN are both set"


def test_a_setting_that_is_itself_an_arn_names_no_secret() -> None:
    topic = f"arn:aws:sns:{REGION}:123456789012:news"
    assert WithTwo.read({"API_KEY": "own", "TOPIC_ARN": topic}).model_dump(exclude={"api_key"}) == {
        "topic": "news",
        "topic_arn": topic,
    }


@pytest.mark.parametrize(
    "arn",
    [
        "key",
        f"arn:aws:sns:{REGION}:123456789012:news",
        "arn:aws:ssm::123456789012:parameter/app/key",
        f"arn:aws:ssm:{REGION}:123456789012:document/app",
        f"{PARAMETER} ",
        "{{resolve:ssm-secure:/app/key}}",
    ],
)
def test_what_is_not_such_an_arn_is_refused(arn: str) -> None:
    assert refusal(API_KEY_ARN=arn) == f"API_KEY_ARN {NEITHER}"


def test_where_aws_refuses_its_error_code_is_named() -> None:
    missing = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:none-AbCdEf"
    assert refusal(API_KEY_ARN=missing) == "API_KEY_ARN cannot be read: ResourceNotFoundException"
    assert refusal(API_KEY_ARN=PARAMETER) == "API_KEY_ARN cannot be read: ParameterNotFound"


class Refusing(BaseHTTPRequestHandler):
    """AWS, as it answers a role that lacks the permission."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = b'{"__type": "AccessDeniedException", "Message": "not authorized"}'
        self.send_response(400)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write no log."""


def test_a_role_without_the_permission_is_told_so_by_the_endpoint_that_boto3_is_told_to_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        server.timeout = 10
        thread = Thread(target=server.handle_request)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        assert refusal(API_KEY_ARN=PARAMETER) == "API_KEY_ARN cannot be read: AccessDeniedException"
        thread.join()


def test_bytes_that_are_no_text_are_refused() -> None:
    assert refusal(API_KEY_ARN=secret(SecretBinary=b"\xff")) == "API_KEY_ARN cannot be read: UnicodeDecodeError"


def test_an_endpoint_that_is_none_is_an_error_in_one_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nowhere")
    assert refusal(API_KEY_ARN=PARAMETER) == "API_KEY_ARN cannot be read: ValueError"


def test_every_secret_that_cannot_be_read_is_named() -> None:
    class Several(WithKey):
        password: SecretStr
        user: str

    assert refusal(Several, API_KEY_ARN="key", PASSWORD_ARN="key", USER="me", USER_ARN="me") == (  # noqa: S106 (no such)
        f"USER and USER_ARN are both set; API_KEY_ARN {NEITHER}; PASSWORD_ARN {NEITHER}"
    )


def test_where_boto3_is_not_installed_the_group_that_has_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    assert refusal(API_KEY_ARN=PARAMETER) == 'API_KEY_ARN needs boto3: install the dependency group "secrets"'


def test_boto3_is_imported_only_where_a_secret_lies_on_aws() -> None:
    code = "import sys; from lambda_app.contract.settings import TemplateSettings; TemplateSettings.read({}); "
    code += "print('boto3' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert ended.stdout == b"False\n"
