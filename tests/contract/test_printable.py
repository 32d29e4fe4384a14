"""Text from outside, in a log or on a terminal."""

import pytest

from lambda_app.contract.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("wie schön 😀", "wie schön 😀"),
        ("a\r\n[ERROR] forged", r"a\r\n[ERROR] forged"),
        ("\x1b[31m\x9b31m\x7f\0", r"\x1b[31m\x9b31m\x7f\x00"),
        ("\u2028\u2029\u202e\ud800", r"\u2028\u2029\u202e\ud800"),
    ],
)
def test_what_a_log_or_a_terminal_would_obey_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
