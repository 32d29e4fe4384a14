"""The memory that is free within the process, and how it goes back to the system."""

import ctypes

# glibc's. Other C libraries have none, and keep less.
_malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", lambda _: 0)


def trim() -> None:
    """Return what is free in the heap to the system (malloc_trim(3)).

    By itself glibc returns the end of the heap alone. One small object there, and the holes below it stay.
    """
    _malloc_trim(0)
