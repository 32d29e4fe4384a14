"""Chalice, as its quickstart writes it."""

from chalice import BadRequestError, Chalice
from process import process

MAX_LENGTH = 65_536

app = Chalice(app_name="benchmark")


@app.route("/process", methods=["POST"])
def process_message() -> dict[str, str]:
    """Process a message."""
    body = app.current_request.json_body
    message = body.get("message") if isinstance(body, dict) else None
    if not isinstance(message, str) or not 1 <= len(message) <= MAX_LENGTH:
        raise BadRequestError("the message must be a string of 1 to 65536 characters")
    return {"message": process(message)}


handler = app  # Chalice deploys the application itself as the handler
