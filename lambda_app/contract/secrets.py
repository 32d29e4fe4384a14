"""Secrets that AWS keeps for the application, in Secrets Manager or in SSM's Parameter Store."""

import re
from contextlib import closing
from functools import cached_property
from typing import Any

_ARN = re.compile(
    r"arn:[a-z-]+:(?P<service>secretsmanager|ssm):(?P<region>[a-z0-9-]+):[0-9]{12}:(?:secret:|parameter/)\S+"
)

# Lambda gives a function 10 seconds to start. Where AWS does not answer, the error must name the variable before that.
_SECONDS_TO_CONNECT = 2
_SECONDS_TO_READ = 3
_ATTEMPTS = 2


class SecretUnavailable(Exception):
    """A secret could not be read. The message says why, and ends a sentence that begins with the variable."""


class Secrets:
    """A reader of secrets. Make a new one for each start or restore, because the credentials that it keeps expire."""

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401 (boto3 is published without types)
        # Importing boto3 takes half a second, and only those who keep a secret on AWS install it.
        try:
            import boto3  # noqa: PLC0415 (as above)
        except ImportError:
            raise SecretUnavailable('needs boto3: install the dependency group "secrets"') from None
        return boto3.Session()

    def read(self, arn: str) -> str:
        """Return the decrypted value that AWS holds now for the ARN of a secret or of a parameter.

        boto3 looks for credentials and AWS_ENDPOINT_URL in its usual places. The region is the ARN's.

        Raises SecretUnavailable, with the code of AWS's error or the name of boto3's, and never with a value.
        """
        parts = _ARN.fullmatch(arn)
        if not parts:
            raise SecretUnavailable("must be the ARN of a secret of Secrets Manager, or of a parameter of SSM")
        try:
            return self._value(arn, parts["service"], parts["region"])
        except SecretUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 (boto3 raises AWS's errors, its own, and ValueError)
            code = getattr(error, "response", {}).get("Error", {}).get("Code")
            raise SecretUnavailable(f"cannot be read: {code or type(error).__name__}") from None

    def _value(self, arn: str, service: str, region: str) -> str:
        value: str
        with closing(self._client(service, region)) as client:  # no connection may become part of a snapshot
            if service == "ssm":
                value = client.get_parameter(Name=arn, WithDecryption=True)["Parameter"]["Value"]
            else:
                secret = client.get_secret_value(SecretId=arn)
                value = secret["SecretString"] if "SecretString" in secret else secret["SecretBinary"].decode()
        return value

    def _client(self, service: str, region: str) -> Any:  # noqa: ANN401 (as above)
        session = self._session
        from botocore.config import Config  # noqa: PLC0415 (as above)

        patience = Config(
            connect_timeout=_SECONDS_TO_CONNECT,
            read_timeout=_SECONDS_TO_READ,
            retries={"total_max_attempts": _ATTEMPTS},
        )
        return session.client(service, region_name=region, config=patience)
