"""The size of what a function returns. AWS's runtime client ends the process where Lambda refuses a larger payload."""

from codecs import getincrementaldecoder
from typing import Any

# Lambda's developer guide, "Lambda quotas", says 6 MB. Lambda's error message and its emulator have the exact number.
LAMBDA_LIMIT = 6_291_556
# User Guide for Application Load Balancers, "Lambda functions as targets". It says 1 MB, so this is the lower reading.
LOAD_BALANCER_LIMIT = 1_000_000

# How many bytes a byte may take in a string of JSON: the runtime client may write a control character as \\u0000.
WORST_GROWTH = 6


class ResponseTooLarge(OSError):
    """The response is larger than AWS takes. It is an OSError because ASGI's `send` raises those."""

    def __init__(self, limit: int) -> None:
        taker = "AWS Lambda" if limit == LAMBDA_LIMIT else "a load balancer"
        super().__init__(f"The response is larger than {limit:,} bytes, the most that {taker} takes.")


def limit_of(event: dict[str, Any]) -> int:
    """Return how many bytes of JSON the answer to an HTTP event may have."""
    return LOAD_BALANCER_LIMIT if "elb" in event["requestContext"] else LAMBDA_LIMIT


def size_of(value: object) -> int:
    """Return the size of a JSON value in bytes, as the runtime client encodes it."""
    from awslambdaric.lambda_runtime_marshaller import to_json  # noqa: PLC0415 (few answers are worth measuring)

    return len(to_json(value).encode())


def check(answer: object, length: int) -> None:
    """Raise ResponseTooLarge where Lambda would refuse an answer, which is encoded only if its length leaves a doubt.

    `length` is the number of bytes that it takes as compact JSON, or more.
    """
    if length * WORST_GROWTH > LAMBDA_LIMIT and size_of(answer) > LAMBDA_LIMIT:
        raise ResponseTooLarge(LAMBDA_LIMIT)


def check_error(message: str) -> None:
    """Raise ResponseTooLarge where Lambda might refuse an error for its message. A trace is sent beside it."""
    if len(message.encode()) * WORST_GROWTH > LAMBDA_LIMIT:
        raise ResponseTooLarge(LAMBDA_LIMIT) from None


class BodySize:
    """The size of a body in an HTTP answer, where it is text or in base64, while its parts arrive."""

    def __init__(self, *, is_text: bool) -> None:
        self.bytes = 0
        self.is_text = is_text
        self._decoder = getincrementaldecoder("utf-8")()
        self._length = 0

    def add(self, part: bytes, *, is_last: bool) -> None:
        """Add a part."""
        self._length += len(part)
        if self.is_text:
            try:
                self.bytes += size_of(self._decoder.decode(part, is_last)) - size_of("")
            except UnicodeDecodeError:  # Mangum then writes the whole body in base64
                self.is_text = False
        if not self.is_text:
            self.bytes = (self._length + 2) // 3 * 4
