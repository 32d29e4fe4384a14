"""The time that a client has."""

from enum import Enum, auto

from lambda_app.settings import Settings

LINGER_SECONDS = 2


class Turn(Enum):
    """Whose turn it is on a connection, and for what."""

    SERVER = auto()
    IDLE = auto()  # the client may send another request
    HEAD = auto()
    BODY = auto()
    RESPONSE = auto()  # the client is to take what has been sent
    CLOSE = auto()  # the client is to read the last answer, and to close the connection


class Clock:
    """Counts the seconds of one connection, but only while it is the client's turn.

    It counts ticks and reads no time. So a client is never blamed for seconds in which the event loop was blocked, and
    has up to one second more than its limit.
    """

    def __init__(self, settings: Settings) -> None:
        self._rate = settings.min_body_rate
        self._grace = settings.body_timeout
        self._limits = {
            Turn.IDLE: (settings.keep_alive_timeout, "No other request arrived within {} s."),
            Turn.HEAD: (settings.header_timeout, "The header fields were not whole within {} s."),
            Turn.BODY: (settings.body_timeout, "Nothing more of the body arrived within {} s."),
            Turn.RESPONSE: (settings.write_timeout, "The client took nothing of the response for {} s."),
            Turn.CLOSE: (LINGER_SECONDS, "The client did not close the connection within {} s."),
        }
        self._turn = Turn.SERVER
        self._seconds = 0  # since the client last did something
        self._body_seconds = 0
        self._body_bytes = 0
        self._untaken = 0

    def restart(self) -> None:
        """Note that the client has done something."""
        self._seconds = 0

    def begin_body(self) -> None:
        """Note that a head is whole."""
        self._seconds = self._body_seconds = self._body_bytes = 0

    def count(self, size: int) -> None:
        """Note that so many bytes of a body have arrived."""
        self._seconds = 0
        self._body_bytes += size

    def tick(self, turn: Turn, untaken: int) -> str | None:
        """Let a second pass, with so many bytes of the response not taken yet. Return what took too long, if anything.

        A body may come in at less than MIN_BODY_RATE for as long as nothing at all of it may.
        """
        if turn is not self._turn or untaken < self._untaken:
            self._seconds = 0
        self._turn, self._untaken = turn, untaken
        if turn is Turn.SERVER:
            return None
        self._seconds += 1
        limit, reason = self._limits[turn]
        if self._seconds > limit:
            return reason.format(limit)
        if turn is Turn.BODY:
            self._body_seconds += 1
            if self._body_seconds > self._grace and self._body_bytes < self._rate * self._body_seconds:
                return f"The body arrived at less than {self._rate:,} bytes a second."
        return None

    def is_late(self, turn: Turn) -> bool:
        """Return whether the client has been slow for a second or more, or at a body's beginning."""
        is_slow = turn is Turn.BODY and self._body_bytes < self._rate * max(self._body_seconds, 1)
        return is_slow or self._seconds > 1
