"""How a response gets to its client: the head and the content together, where they are small."""

import asyncio

# Bytes up to which it takes less time to copy them than to call the kernel once more.
_MOST = 16_384


class ResponseWriter:
    """What uvicorn writes a response to, in place of the connection's transport.

    uvicorn writes the head and the content one after the other. Each write calls the kernel and wakes the client, and
    one of the two takes up to a tenth of the time of a short response. So what is written in one turn of the event loop
    leaves together. It leaves when the turn ends, at the latest, so that a stream's head never waits for its content.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""

    def is_closing(self) -> bool:
        """Return whether the connection is closed, or about to be."""
        return self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send a part of a response."""
        if len(self._held) + len(data) > _MOST:
            self.flush()
            self._transport.write(data)
            return
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held += data

    def flush(self) -> None:
        """Send what is held."""
        held, self._held = self._held, b""
        if held:
            self._transport.write(held)

    def close(self) -> None:
        """Send what is held, and close the connection."""
        self.flush()
        self._transport.close()
