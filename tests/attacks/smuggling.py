"""A request that asks for another protocol, and whose body is a request."""

import asyncio

from tests.attacks.clients import Address

# As Java's HttpClient sends it by default.
JAVA = """POST /process HTTP/1.1\r
Connection: Upgrade, HTTP2-Settings\r
Content-Length: {length}\r
Host: door\r
HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r
Upgrade: h2c\r
User-Agent: Java-http-client/21.0.2\r
Content-Type: application/json\r
\r
"""
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: door\r\n\r\n"


async def exchange(address: Address, *segments: bytes) -> bytes:
    """Send segments one by one, and return what is answered until the server closes."""
    reader, writer = await asyncio.open_connection(*address)
    for segment in segments:
        writer.write(segment)
        await writer.drain()
        await asyncio.sleep(0.2)  # so that each arrives by itself
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer
