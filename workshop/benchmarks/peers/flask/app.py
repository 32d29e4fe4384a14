"""Flask behind apig-wsgi, as both write it."""

from apig_wsgi import make_lambda_handler
from flask import Flask, abort, request
from process import process

MAX_LENGTH = 65_536

app = Flask(__name__)


@app.post("/process")
def process_message() -> dict[str, str]:
    """Process a message."""
    body = request.get_json()
    message = body.get("message") if isinstance(body, dict) else None
    if not isinstance(message, str) or not 1 <= len(message) <= MAX_LENGTH:
        abort(422)
    return {"message": process(message)}


handler = make_lambda_handler(app)
