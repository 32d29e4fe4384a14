"""The load that a process accepts: how many requests at once, and how many seconds until a response starts."""

import asyncio
from collections.abc import Awaitable
from time import monotonic
from typing import Any, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lambda_app.contract.deadline import Deadline
from lambda_app.contract.problem import Problem
from lambda_app.rest import health
from lambda_app.rest.problems import problem_response

_SEEN = "lambda_app.load"


class Load:
    """ASGI middleware that answers 503 above `max_requests` at once, and 504 where no response starts in time.

    A request counts until its response has ended, and so while it waits for a thread. Health is always answered.
    `timeout` is in seconds. When it is over, the task of the request is cancelled. A function in a thread cannot be: it
    keeps its thread until it returns. A response that has started may last as long as it likes.

    Nothing is limited in Lambda, where one request runs at a time and AWS limits its time.
    """

    def __init__(self, app: ASGIApp, max_requests: int, timeout: float) -> None:
        self.app = app
        self.max_requests = max_requests
        self.timeout = timeout
        self._requests: _Requests | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection."""
        if scope["type"] != "http" or _SEEN in scope or "aws.context" in scope:
            await self.app(scope, receive, send)
            return
        scope[_SEEN] = True  # for an application inside this one
        loop = asyncio.get_running_loop()
        requests = self._requests
        if requests is None or requests.loop is not loop:  # a test may use one loop after another
            requests = self._requests = _Requests(loop, self.timeout)
        if requests.number >= self.max_requests and not health.is_probe(scope):
            detail = f"The server is busy with {self.max_requests} requests."
            await problem_response(Problem(503, detail, headers={"Retry-After": "1"}))(scope, receive, send)
            return
        request = requests.begin()

        def send_in_time(message: Message) -> Awaitable[None]:  # not a coroutine function, which would take longer
            if requests.waiting.pop(request, None):
                deadline.lift()
            return _drop() if request.is_late else send(message)

        try:
            with Deadline(self.timeout) as deadline:
                await self.app(scope, receive, send_in_time)
        except asyncio.CancelledError:
            if not request.is_late or request.is_cancelled_by_others:
                raise
        finally:
            requests.end(request)
        if request.is_late:
            detail = f"The response did not start within {self.timeout} seconds."
            await problem_response(Problem(504, detail))(scope, receive, send)


async def _drop() -> None:
    """Send nothing."""


class _Request:
    """A request that is served by a task."""

    __slots__ = ("_cancellations", "_task", "is_late")

    def __init__(self) -> None:
        self.is_late = False
        self._task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._cancellations = self._task.cancelling()

    @property
    def is_cancelled_by_others(self) -> bool:
        """Whether the server cancels it as well, as it does when it shuts down."""
        return self._task.cancelling() > self._cancellations + 1

    def time_out(self) -> None:
        """Cancel the task."""
        self.is_late = True
        self._task.cancel()

    def go_on(self) -> None:
        """Let the task go on, as `asyncio.timeout()` does."""
        self._task.uncancel()


class _Requests:
    """The requests of an event loop. One timer serves all of them, because the first one is the first to time out."""

    def __init__(self, loop: asyncio.AbstractEventLoop, timeout: float) -> None:
        self.loop = loop
        self.number = 0
        # Those whose response has not started, in the order of their deadlines.
        self.waiting: dict[_Request, float] = {}
        self._timeout = timeout
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> _Request:
        """Count a request, and limit its time."""
        request = _Request()
        self.number += 1
        self.waiting[request] = monotonic() + self._timeout
        if self._timer is None:
            self._timer = self.loop.call_later(self._timeout, self._time_out)
        return request

    def end(self, request: _Request) -> None:
        """Forget a request."""
        self.number -= 1
        self.waiting.pop(request, None)
        if request.is_late:
            request.go_on()

    def _time_out(self) -> None:
        """Cancel the requests whose time is over, and wait for the next one."""
        self._timer = None
        now = monotonic()
        for request, deadline in list(self.waiting.items()):
            if deadline > now:
                self._timer = self.loop.call_later(deadline - now, self._time_out)
                break
            del self.waiting[request]
            request.time_out()
