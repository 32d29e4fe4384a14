"""The shipped function. A person who rewrites it rewrites this file."""

from lambda_app.process import process


def test_a_message_is_answered_with_itself_in_quotes() -> None:
    assert process("hello") == "The received message is: 'hello'"
