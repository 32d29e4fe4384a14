"""An endpoint that waits until a test lets it go: `uvicorn tests.rest.held:app`, with HOLD_PORT in the environment."""

import os
import socket
from typing import Self

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.rest import health
from lambda_app.rest.application import Application


class Held(Document):
    held: bool = True


def hold(request: Held) -> Held:
    """Tell the test that the function is called, and wait for its word."""
    if request.held:
        with socket.create_connection(("127.0.0.1", int(os.environ["HOLD_PORT"]))) as test:
            test.recv(1)
    return request


app = Application({"process": Endpoint(hold)})
app.include_router(health.router)


class Calls:
    """The calls of `hold`, for a test: wait for one, and let it go."""

    def __enter__(self) -> Self:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(30)
        self.waiting: list[socket.socket] = []
        return self

    @property
    def environment(self) -> dict[str, str]:
        """What a server has to know."""
        return {"HOLD_PORT": str(self.listener.getsockname()[1])}

    def wait(self) -> socket.socket:
        """Return the next call; closing it lets it go."""
        call, _ = self.listener.accept()
        self.waiting.append(call)
        return call

    def __exit__(self, *_: object) -> None:
        for call in self.waiting:
            call.close()
        self.listener.close()
