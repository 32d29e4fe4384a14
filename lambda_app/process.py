"""The domain function. Rewrite it: it knows nothing of the doors that call it."""


def process(message: str) -> str:
    """Answer a message.

    Takes the fields of `lambda_app.endpoint.ProcessRequest` by name. Returns the value of the first field of
    `ProcessResponse`, or a dict of its fields. It may block, and must be safe to call from several threads at once.
    Whatever it raises is logged and reported to the caller as a failure without detail.
    """
    return f"The received message is: '{message}'"
