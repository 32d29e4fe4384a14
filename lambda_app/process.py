"""The domain function. Rewrite it: it knows nothing of the doors that call it."""


def process(message: str) -> str:
    """Answer a message.

    It may block, and must be safe to call from several threads at once. Raise a Problem (`lambda_app.contract.problem`)
    to refuse. Anything else that it raises is logged, and the caller is told of a failure without detail.
    """
    return f"The received message is: '{message}'"
