"""The hash of a key. It is a module of its own, because importing `hashlib` takes the terminal a while."""

from hashlib import blake2b


def hashed(key: bytes) -> bytes:
    """Return the BLAKE2 hash of a key (RFC 7693). OpenSSL's SHA-256 takes longer for so few bytes."""
    return blake2b(key, digest_size=32).digest()
