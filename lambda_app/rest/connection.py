"""A connection of the REST server: whether there is room for it, whose turn it is, and how it ends."""

import asyncio
from contextlib import suppress
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from lambda_app.contract.problem import Problem
from lambda_app.rest.clock import Clock, Turn
from lambda_app.rest.crowd import crowd_of
from lambda_app.rest.descriptors import connection_limit
from lambda_app.rest.refusal import log_refusal, reset, whole_response
from lambda_app.rest.response_writer import ResponseWriter
from lambda_app.rest.room import Room
from lambda_app.settings import get_settings

# Bytes that are read at once. asyncio makes a buffer of that size for every read: 256 KiB by default, which the image's
# MALLOC_MMAP_THRESHOLD_ would have returned to the system each time. That took a fifth of all requests a second.
_READ_SIZE = 16_384

NO_ROOM = Problem(503, "The server has no room for this connection.", headers={"retry-after": "1"})


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's connection, with bounds on their number and on the time that a client may take.

    Where MAX_CONNECTIONS are in use, a new one takes the place of the one that has been silent for longest. None gives
    way while the application works for it, its body arrives at MIN_BODY_RATE, or its client takes the response.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        settings = get_settings()
        # A logger that is disabled has handlers all the same, and uvicorn would format every line for it.
        self.access_log = self.access_log and not self.access_logger.disabled
        limit = connection_limit(settings.max_connections, config.backlog)
        self.crowd = crowd_of(server_state, limit, config.backlog)
        self.clock = Clock(settings)
        self.room = Room(settings.max_header_bytes)
        self.max_headers = settings.max_headers
        self.headers = []
        self.is_reading = True
        self.active_at = self.loop.time()
        self.timer: asyncio.TimerHandle | None = None

    @property
    def turn(self) -> Turn:
        """Whose turn it is."""
        is_answered = self.cycle is None or self.cycle.response_complete
        is_last_part = is_answered or self.flow.write_paused or self.transport.is_closing()
        if is_last_part and self.transport.get_write_buffer_size():
            return Turn.RESPONSE
        if self.flow.read_paused or self.transport.is_closing():
            return Turn.SERVER
        if not self.is_reading:
            return Turn.CLOSE
        if self.room.is_in_body:
            return Turn.SERVER if self.cycle.waiting_for_100_continue else Turn.BODY
        if not is_answered:
            return Turn.SERVER
        return Turn.IDLE if self.cycle is not None and self.room.is_untouched else Turn.HEAD

    @property
    def is_dispensable(self) -> bool:
        """Whether the connection may give way to a new one."""
        turn = self.turn
        if turn is Turn.SERVER:
            return False
        is_being_served = turn is Turn.RESPONSE or (turn is Turn.BODY and not self.cycle.response_complete)
        return not is_being_served or self.clock.is_late(turn)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's own
        """Make room for the connection, or refuse it."""
        super().connection_made(transport)
        with suppress(AttributeError):  # uvloop's transport has no such attribute
            transport.max_size = _READ_SIZE  # type: ignore[attr-defined] # of asyncio's own transport
        self.writer = ResponseWriter(transport, self.loop)
        if self.crowd.admit(self, self.loop):
            self.timer = self.loop.call_later(1, self.tick)
        else:
            self.refuse(NO_ROOM, is_lingering=False)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self.leave()
        super().connection_lost(exc)

    def tick(self) -> None:
        """Let a second pass."""
        self.timer = self.loop.call_later(1, self.tick)
        turn = self.turn
        reason = self.clock.tick(turn, self.transport.get_write_buffer_size())
        if reason is not None:
            self.end(turn, Problem(408, reason), is_lingering=True)

    def leave(self) -> None:
        """Count no longer, and let no more seconds pass."""
        self.crowd.leave(self)
        if self.timer is not None:
            self.timer.cancel()

    def give_way(self) -> None:
        """Close the connection for the sake of a new one."""
        self.end(self.turn, NO_ROOM, is_lingering=False)
        self.connections.discard(self)

    def end(self, turn: Turn, problem: Problem, *, is_lingering: bool) -> None:
        """Close the connection as befits what it waits for. A client that has sent nothing gets no answer."""
        if turn is Turn.RESPONSE:
            log_refusal(problem)
            reset(self.transport)
        elif turn in (Turn.IDLE, Turn.CLOSE) or (turn is Turn.HEAD and self.room.is_untouched):
            self.transport.close()
        else:
            self.refuse(problem, is_lingering=is_lingering)

    def refuse(self, problem: Problem, *, is_lingering: bool = True) -> None:
        """Answer with a problem, unless a response has started, and close the connection.

        Lingering leaves the client time to read the answer. The kernel drops it where a socket is closed on bytes that
        have arrived and were not read (RFC 9112, section 9.6).
        """
        self.is_reading = False
        self.writer.flush()
        request_id = log_refusal(problem)
        cycle = self.cycle if self.room.is_in_body else None
        if cycle is not None:
            cycle.disconnected = True  # so that the application is told, and what it still sends is dropped
            cycle.message_event.set()
        if cycle is not None and cycle.response_started:
            self.transport.close()
            return
        self.transport.write(whole_response(problem, request_id, self.server_state.default_headers))
        if is_lingering and self.transport.can_write_eof():
            self.flow.resume_reading()
            self.transport.write_eof()
        else:
            self.transport.close()
