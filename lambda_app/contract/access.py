"""What the settings of access hold: keys, the origins of web pages, and the addresses of proxies."""

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import ValidationInfo

# RFC 6750, section 2.1: what a client can send after `Bearer`. A name has no colon, so the first one ends it.
_KEY = r"(?:(?P<name>[A-Za-z0-9._@-]{1,64}):)?(?P<key>[A-Za-z0-9._~+/-]+=*)"

# RFC 6454, section 6.2: what a browser sends, in small letters and without a slash at the end.
_ORIGIN = r"[a-z][a-z0-9+.-]*://[^\s/?#@A-Z]+"


class Key(NamedTuple):
    """A key that a client may send: its name, which the log shows, and its hash."""

    name: str
    digest: bytes


Keys = tuple[Key, ...]


def keys_in(text: str, info: ValidationInfo) -> Keys:
    """Return the keys that a setting lists, `NAME:KEY` or `KEY`, with commas or lines between them.

    A key without a name is called after its place in the list, `key-1`. Raises ValueError where there is none, where
    one is malformed, and in Lambda where AWS's own authorization takes the header that keys need.
    """
    if "AWS_LAMBDA_RUNTIME_API" in os.environ and not info.data.get("public_access"):
        raise ValueError("it should be unset in Lambda without PUBLIC_ACCESS: Authorization is AWS's signature there")
    keys = tuple(_keys(text))
    if not keys:
        raise ValueError("it should hold a key")
    return keys


def keys_in_file(path: str, info: ValidationInfo) -> Keys:
    """Return the keys that a file lists, as `keys_in` does. Raises ValueError as well where it cannot be read."""
    if info.data.get("api_keys"):
        raise ValueError("it should be unset where API_KEYS is set")
    try:
        with open(path, encoding="utf-8-sig") as file:  # noqa: PTH123 (the terminal does without pathlib)
            text = file.read()
    except OSError as error:
        raise ValueError(f"it should be a file that can be read: {error.strerror}") from None
    except UnicodeDecodeError:
        text = "\0"  # as malformed as any other text
    return keys_in(text, info)


def origins_in(text: str) -> tuple[str, ...]:
    """Return the origins that a setting lists, with commas between them, or `*`. Raises ValueError for any other."""
    origins = tuple(_items(text))
    if origins != ("*",) and not (origins and all(re.fullmatch(_ORIGIN, origin) for origin in origins)):
        raise ValueError("it should list origins such as https://shop.example, with commas between them, or be *")
    return origins


def proxies_in(text: str) -> str:
    """Return a list of addresses and networks, or `*`. Raises ValueError for any other.

    uvicorn takes what is neither for the name of a socket, and then trusts no proxy.
    """
    from ipaddress import ip_network  # noqa: PLC0415 (few set it, and it takes longer than the rest of this module)

    if text.strip() != "*":
        try:
            networks = [ip_network(item) for item in _items(text)]
        except ValueError:
            networks = []
        if not networks:
            raise ValueError(
                "it should list addresses and networks such as 10.0.0.0/8, with commas between them, or be *"
            )
    return text.strip()


def _keys(text: str) -> Iterator[Key]:
    from lambda_app.contract.key_hash import hashed  # noqa: PLC0415 (as above)

    for place, item in enumerate(_items(text.replace("\n", ",")), start=1):
        match = re.fullmatch(_KEY, item)
        if not match:
            raise ValueError("it should list keys, each as NAME:KEY or KEY, with commas or lines between them")
        yield Key(match["name"] or f"key-{place}", hashed(match["key"].encode()))


def _items(text: str) -> Iterator[str]:
    return (item.strip() for item in text.split(",") if item.strip())
