"""A pool of threads for functions that block."""

import asyncio
from collections import deque
from contextlib import suppress
from threading import Lock, Thread

from lambda_app.rest.call import Call


class ThreadPool:
    """At most `size` threads, each started when a call finds no idle one. They do not keep the process from ending.

    Unlike the standard library's ThreadPoolExecutor, it wakes one thread at a time. A thread that takes a call while
    others wait wakes the next thread before it makes its own call. So one thread makes many short calls in a row, and a
    call that blocks never holds up another that an idle thread could make. The event loop is woken once for all calls
    that have ended since it last looked.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._started = 0
        self._is_closed = False
        # Guards what follows. It is never held while a function runs.
        self._mutex = Lock()
        self._waiting: deque[Call] = deque()
        # What idle threads sleep on. The last one to fall asleep is woken first, so that few threads do most of the
        # work.
        self._idle: list[Lock] = []
        # How many threads are about to look for a call: started, woken, or done with a function.
        self._looking = 0
        # The calls that have ended, of each event loop that has been woken for them.
        self._ended: dict[asyncio.AbstractEventLoop, list[Call]] = {}

    def submit(self, call: Call) -> None:
        """Make a call in a thread. Raises RuntimeError where the pool is closed, or its first thread cannot start."""
        with self._mutex:
            if self._is_closed:
                raise RuntimeError("the threads have been shut down")
            self._summon()
            self._waiting.append(call)

    def withdraw(self, call: Call) -> None:
        """Drop a call that still waits for a thread. One that a thread has taken goes on."""
        with self._mutex, suppress(ValueError):
            self._waiting.remove(call)

    def close(self) -> None:
        """End the threads, each when its function returns, without waiting for them. Cancel the calls that wait."""
        with self._mutex:
            self._is_closed = True
            waiting = list(self._waiting)
            self._waiting.clear()
            for each in self._idle:
                each.release()
        for call in waiting:
            call.loop.call_soon_threadsafe(call.future.cancel)

    def _summon(self) -> None:
        """Wake or start a thread, unless one is about to look for a call. The caller holds the mutex."""
        if self._looking:
            return
        if self._idle:
            self._idle.pop().release()
        elif self._started < self._size:
            try:
                Thread(target=self._work, name=f"process_{self._started}", daemon=True).start()
            except RuntimeError:  # the system has no more threads
                if not self._started:
                    raise
                return
            self._started += 1
        else:
            return
        self._looking += 1

    def _work(self) -> None:
        """Make calls, one after the other, until the pool is closed."""
        sleep = Lock()
        sleep.acquire()
        while not self._is_closed:
            while call := self._next(sleep):
                call.make()
                self._report(call)
            sleep.acquire()

    def _next(self, sleep: Lock) -> Call | None:
        """Return the call to make, or None for a thread that is to sleep."""
        with self._mutex:
            self._looking -= 1
            if self._waiting:
                call = self._waiting.popleft()
                if self._waiting:
                    self._summon()
                return call
            if self._is_closed:
                sleep.release()  # nobody wakes this thread any more
            else:
                self._idle.append(sleep)
            return None

    def _report(self, call: Call) -> None:
        """Tell the event loop of a call that a call has ended, unless it is about to look."""
        with self._mutex:
            self._looking += 1
            ended = self._ended.setdefault(call.loop, [])
            ended.append(call)
            if len(ended) > 1:
                return
        try:
            call.loop.call_soon_threadsafe(self._settle, call.loop)
        except RuntimeError:  # the loop is closed, and nobody waits any more
            self._take_ended(call.loop)

    def _settle(self, loop: asyncio.AbstractEventLoop) -> None:
        for call in self._take_ended(loop):
            call.settle()

    def _take_ended(self, loop: asyncio.AbstractEventLoop) -> list[Call]:
        with self._mutex:
            return self._ended.pop(loop)
