"""One command's calls of an endpoint, and the resources that they share."""

from collections.abc import Coroutine
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.environment import SettingsError
from lambda_app.contract.life import Life, Resources, at_once

if TYPE_CHECKING:
    from lambda_app.terminal.event_loop import EventLoop


class ResourcesFailed(Exception):
    """The resources cannot be opened, or cannot be closed. The text says which, and `cause` is what was raised."""

    def __init__(self, text: str, cause: BaseException) -> None:
        super().__init__(text)
        self.cause = cause


class Caller:
    """Calls an endpoint: opens the resources before the first call, and closes them when its `with` block ends.

    An asynchronous endpoint and asynchronous resources share one event loop. There is none for synchronous ones.
    """

    def __init__(self, endpoint: Endpoint, resources: Resources | None) -> None:
        self.endpoint = endpoint
        self._life = Life(resources)
        self._is_open = False
        self._loop: EventLoop | None = None

    def answer(self, document: object) -> bytes:
        """Return the response document for a request document, as `Life.answer` does.

        Raises the Problem that refuses the request, ProcessingFailed, and SettingsError or ResourcesFailed where the
        resources cannot be opened.
        """
        if not self._is_open:
            self._resources(self._life.open(), "opened")
            self._is_open = True
        answer: bytes = self._run(self._life.answer(self.endpoint, document), waits=self.endpoint.is_async)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._resources(self._life.close(), "closed")
        finally:
            if self._loop is not None:
                self._loop.close()

    def _resources(self, coroutine: Coroutine[Any, Any, None], participle: str) -> None:
        try:
            self._run(coroutine, waits=self._life.is_async)
        except (KeyboardInterrupt, SettingsError):
            raise
        except BaseException as error:  # noqa: BLE001 (as in `Life.answer`)
            raise ResourcesFailed(f"the resources cannot be {participle}", error) from None

    def _run(self, coroutine: Coroutine[Any, Any, Any], *, waits: bool) -> Any:  # noqa: ANN401 (what it returns)
        if not waits:  # so that a `def` may call asyncio.run(), even beside asynchronous resources
            return at_once(coroutine)
        if self._loop is None:
            from lambda_app.terminal.event_loop import EventLoop  # noqa: PLC0415 (its docstring says why)

            self._loop = EventLoop()
        return self._loop.run(coroutine)
