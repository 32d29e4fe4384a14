"""The REST server's HTTP/1.1: uvicorn's, with bounds on what a client may send and on the time that it may take.

`python -m lambda_app.serve` uses it. uvicorn's own command does with `--http lambda_app.rest.protocol:BoundedProtocol`.
"""

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from lambda_app.contract.problem import Problem
from lambda_app.rest.connection import BoundedConnection


class BoundedProtocol(BoundedConnection):
    """Reads the requests of one connection, and refuses what passes a bound of docs/settings.md, or is not HTTP.

    It reads one request at a time. What a client sends ahead of a response waits, unparsed, and then no more is read.
    """

    unread = b""  # what has arrived and is not parsed, from `start` on
    start = 0

    def data_received(self, data: bytes) -> None:
        """Read on, unless the client has been refused."""
        if self.is_reading:
            self.active_at = self.loop.time()
            self.unread = self.unread[self.start :] + data
            self.start = 0
            self._read()

    def on_headers_complete(self) -> None:
        """Start the request, unless it asks for another protocol."""
        if len(self.headers) > self.max_headers:
            raise self._excess(f"{self.max_headers:,} fields")
        is_upgrade = self.parser.should_upgrade()
        if is_upgrade and self.parser.get_method() == b"CONNECT":
            raise Problem(400, "CONNECT is for proxies.")
        if is_upgrade and not self._should_upgrade():
            return
        super().on_headers_complete()
        if not is_upgrade:
            self.cycle.transport = self.writer  # type: ignore[assignment] # it has all that uvicorn's cycle calls
            self.room.begin_body(self.headers)
            self.clock.begin_body()
            # What follows are trailer fields, which must not pass as header fields (RFC 9110, section 6.5.1).
            self.headers = []

    def on_body(self, body: bytes) -> None:
        """Count what arrives."""
        super().on_body(body)
        self.clock.count(len(body))

    def on_message_complete(self) -> None:
        """Expect another request."""
        if not self.parser.should_upgrade():
            super().on_message_complete()
            self.room.begin_head()

    def on_response_complete(self) -> None:
        """Read the next request, of which some may have arrived already.

        This takes the place of uvicorn's method, which starts a timer for each response and takes the next request from
        a queue. Here the clock counts the seconds, and the queue is always empty.
        """
        self.writer.flush()
        self.server_state.total_requests += 1
        self.clock.restart()
        if not self.transport.is_closing():
            self.flow.resume_reading()
            self._read()

    def resume_writing(self) -> None:
        """Note that the client takes its response."""
        super().resume_writing()
        self.clock.restart()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over to uvicorn's WebSocket protocol, which has its own bounds."""
        self.leave()
        self.is_reading = False
        super().handle_websocket_upgrade()

    def _read(self) -> None:
        data, room = self.unread, self.room
        while self.start < len(data) and self.is_reading:
            if not room.is_in_body and self.cycle is not None and not self.cycle.response_complete:
                self.flow.pause_reading()
                return
            start, self.start = self.start, room.end_of_piece(data, self.start)
            self._feed(data[start : self.start])
        self.unread = b""
        self.start = 0

    def _feed(self, piece: bytes) -> None:
        try:
            self.parser.feed_data(piece)
        except HttpParserUpgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
            else:
                self._ignore_upgrade()
        except HttpParserError as error:
            self.refuse(_problem(error))
        else:
            if not self.room.left:
                self.refuse(self._excess(f"{self.room.limit:,} bytes"))
            elif len(self.headers) > self.max_headers:
                self.refuse(self._excess(f"{self.max_headers:,} fields"))

    def _excess(self, limit: str) -> Problem:
        if self.room.is_in_body:
            return Problem(400, f"The chunk sizes, extensions or trailer fields of the body exceed {limit}.")
        return Problem(431, f"The request line and header fields exceed {limit}.")

    def _ignore_upgrade(self) -> None:
        """Read the head again without `Upgrade`, as RFC 9110, section 7.8 allows. The parser then reads the body, too.

        httptools cannot be told so. The application sees the header fields as the client sent them.
        """
        if self._get_upgrade() == b"websocket":
            self._unsupported_upgrade_warning()
        headers = self.headers
        line = b"%s %s HTTP/%s\r\n" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        fields = [b"%s: %s\r\n" % field for field in headers if field[0] != b"upgrade"]
        self.parser = HttpRequestParser(self)
        self._feed(b"".join([line, *fields, b"\r\n"]))
        self.scope["headers"] = headers


def _problem(error: HttpParserError) -> Problem:
    cause = error.__context__  # what a callback has raised
    if isinstance(cause, Problem):
        return cause
    return Problem(400, f"The request is not HTTP/1.1: {error}." if cause is None else "The request target is invalid.")
