"""The room that a request has for what is not content, and where each of the pieces ends that the parser is fed."""

import re
from collections.abc import Iterable

_BLANK_LINE = b"\r\n\r\n"
_LINE_END = b"\r\n"
_CHUNK = re.compile(rb"([0-9A-Fa-f]++)[^\n]*+\n")


class Room:
    """Cuts what arrives into pieces. No piece goes on after the end of a request, or uses more than the room left.

    The room is `limit` bytes for a head, which is a request line with its header fields and the blank lines before it.
    It is as much for what precedes each chunk of a body, and for its trailer fields. httptools copies all that it has
    of a field whenever more arrives, so there must be a bound on what it is fed.

    The parser alone decides what is valid. A room that took something else for the end would cut a piece too early or
    too late, and no more.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.left = limit
        self.is_in_body = False
        self._tail = b""  # the end of a piece of a head, with which a blank line may begin
        self._content_left = 0
        self._is_chunked = False
        self._is_in_trailer = False
        self._line = b""  # as much as has arrived of a line between chunks

    @property
    def is_untouched(self) -> bool:
        """Whether nothing of the next head has arrived."""
        return self.left == self.limit

    def begin_head(self) -> None:
        """Expect the next request."""
        self.left = self.limit
        self.is_in_body = self._is_chunked = False

    def begin_body(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Expect the content that these header fields announce."""
        self.left = self.limit
        self.is_in_body = True
        for name, value in headers:
            if name == b"content-length":
                self._content_left = int(value)
                return
        self._is_chunked = True
        self._is_in_trailer = False
        self._content_left = 0
        self._line = b""

    def end_of_piece(self, data: bytes, start: int) -> int:
        """Return where the piece ends that begins at `start`. Call it while room is left."""
        if self._is_chunked:
            return self._end_of_chunks(data, start)
        if self._content_left:
            return self._end_of_content(data, start)
        end = self._end_of_head(data, start)
        if end and end - start <= self.left:
            self._tail = b""
        else:
            end = min(len(data), start + self.left)
            self._tail = (self._tail + data[max(start, end - 3) : end])[-3:]
        self.left -= end - start
        return end

    def _end_of_head(self, data: bytes, start: int) -> int:
        if self._tail:
            found = (self._tail + data[start : start + 3]).find(_BLANK_LINE)
            if found >= 0:
                return start + found + len(_BLANK_LINE) - len(self._tail)
        found = data.find(_BLANK_LINE, start)
        return 0 if found < 0 else found + len(_BLANK_LINE)

    def _end_of_content(self, data: bytes, start: int) -> int:
        end = min(len(data), start + self._content_left)
        self._content_left -= end - start
        return end

    def _end_of_chunks(self, data: bytes, start: int) -> int:
        end, self._content_left = start + self._content_left, 0
        while end < len(data) and self.left:
            # Chunks may be tiny, and many. So one match takes a line, and the content that it announces is skipped.
            chunk = None if self._line or self._is_in_trailer else _CHUNK.match(data, end, end + self.left)
            if chunk is not None and (content := int(chunk[1], 16)):
                end = chunk.end() + content + len(_LINE_END)
                self.left = self.limit
                continue
            line_end = data.find(b"\n", end, end + self.left) + 1
            part = data[end : line_end or end + self.left]
            self.left -= len(part)
            self._line += part
            end += len(part)
            if line_end and self._is_last_line():
                break
            end += self._content_left
            self._content_left = 0
        self._content_left = max(0, end - len(data))
        return min(end, len(data))

    def _is_last_line(self) -> bool:
        """Take a line that has arrived in parts, or announces no content. Return whether the body ends with it."""
        line, self._line = self._line, b""
        if self._is_in_trailer:
            return line == _LINE_END
        chunk = _CHUNK.match(line)
        if chunk is None:
            return True  # the parser refuses it
        content = int(chunk[1], 16)
        self._is_in_trailer = not content
        if content:
            self._content_left = content + len(_LINE_END)
            self.left = self.limit
        return False
