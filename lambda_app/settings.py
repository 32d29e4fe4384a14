"""Settings, from environment variables."""

import os


def whole_number(name: str, default: int, lowest: int, highest: int) -> int:
    """Return the whole number in the environment variable `name`, or the default where it is unset or empty.

    Raises ValueError, naming the variable and its range, where it holds anything else.
    """
    text = os.environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and lowest <= int(text.lstrip("0")[:10] or 0) <= highest):
        raise ValueError(f"{name} must be a whole number from {lowest} to {highest}")
    return int(text)
