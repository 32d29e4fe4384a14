"""The table of `exchange`, and the server of rates that it asks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Barrier, Event, Thread

from workshop.tests.applications.application import FAILS, Case, Subject, Variables, answers, invalid, refuses
from workshop.tests.applications.exchange.settings import get_settings

EUROS = {"EUR": "1", "NOK": "0.08", "SEK": "0.09", "MET": "2"}
ERRORS = {"BAD": 500, "KEY": 401}

TABLE = [
    Case("to the default", {"currency": "NOK", "amount": "100"}, answers(currency="EUR", amount="8.00")),
    Case("to another", {"currency": "NOK", "amount": 12.5, "to": "SEK"}, answers(currency="SEK", amount="11.11")),
    Case(
        "no such currency",
        {"currency": "XXX", "amount": "1"},
        refuses(
            "NoSuchCurrency",
            {"title": "Not Found", "status": 404, "detail": "There is no currency XXX.", "currency": "XXX"},
        ),
    ),
    Case(
        "no such currency to convert to",
        {"currency": "NOK", "amount": "1", "to": "YYY"},
        refuses(
            "NoSuchCurrency",
            {"title": "Not Found", "status": 404, "detail": "There is no currency YYY.", "currency": "YYY"},
        ),
    ),
    Case("the server of rates fails", {"currency": "BAD", "amount": "1"}, FAILS),
    # What another server answers us is no answer to our caller.
    Case("the server of rates wants a key", {"currency": "KEY", "amount": "1"}, FAILS),
    Case("nothing", {"currency": "NOK", "amount": 0}, invalid(("#/amount", "greater_than"))),
    Case("lower case", {"currency": "nok", "amount": "1"}, invalid(("#/currency", "string_pattern_mismatch"))),
    Case("no amount", {"currency": "NOK"}, invalid(("#/amount", "missing"))),
]


class RatesServer(ThreadingHTTPServer):
    """Answers with rates; MET when two ask for it at the same time, and NEV when it is closed."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), RatesHandler)
        self.meeting = Barrier(2, timeout=10)
        self.closing = Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that has gone away."""


class RatesHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: RatesServer

    def do_GET(self) -> None:
        currency = self.path.rsplit("/", 1)[1]
        if currency == "MET":
            self.server.meeting.wait()
        elif currency == "NEV":
            self.server.closing.wait()
        body = json.dumps({"euros": EUROS.get(currency)}).encode()
        self.send_response(ERRORS.get(currency, 200 if currency in EUROS else 404))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def rates_server(_: Path) -> Iterator[Variables]:
    """Serve the rates."""
    with RatesServer() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        get_settings.cache_clear()
        yield {"RATES_URL": server.url}
        server.closing.set()
        server.shutdown()


EXCHANGE = Subject("exchange", "convert", TABLE, rates_server)
