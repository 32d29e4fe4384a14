"""The table of `booking`: every way to refuse, and a bug."""

from workshop.tests.applications.application import FAILS, Case, Subject, answers, invalid, refuses

SEAT_TAKEN = {
    "type": "https://tickets.example/problems/seat-taken",
    "title": "Seat taken",
    "status": 409,
    "detail": "The seat A1 is taken.",
    "seat": "A1",
    "free": ["A3", "A4", "A5"],
}
TOO_MANY = {"title": "Too Many Requests", "status": 429, "detail": "Wait half a minute."}

TABLE = [
    Case("a free seat", {"show": "hamlet", "seat": "A3"}, answers(ticket="hamlet-A3", remaining=21)),
    Case(
        "no such show",
        {"show": "cats", "seat": "A3"},
        refuses("NoSuchShow", {"title": "Not Found", "status": 404, "detail": "There is no show 'cats'."}),
    ),
    Case("a type and members", {"show": "hamlet", "seat": "A1"}, refuses("SeatTaken", SEAT_TAKEN)),
    Case(
        "a header",
        {"show": "hamlet", "seat": "A3", "buyer": "bot"},
        refuses("TooManyBookings", TOO_MANY, Retry_After="30"),
    ),
    Case(
        "FastAPI's HTTPException",
        {"show": "hamlet", "seat": "A3", "buyer": "minor"},
        refuses("Problem", {"title": "Forbidden", "status": 403, "detail": "Adults only."}, X_Age="18"),
    ),
    Case(
        "FastAPI's HTTPException with members",
        {"show": "hamlet", "seat": "Z1"},
        refuses(
            "Problem", {"title": "Gone", "status": 410, "detail": "The balcony is closed.", "rows": ["A", "B", "C"]}
        ),
    ),
    Case("a bug", {"show": "hamlet", "seat": "A3", "buyer": "number SECRET"}, FAILS),
    Case("an invalid input", {"show": "hamlet", "seat": "front"}, invalid(("#/seat", "string_pattern_mismatch"))),
    Case("an empty show", {"show": "", "seat": "A3"}, invalid(("#/show", "string_too_short"))),
]

BOOKING = Subject("booking", "book", TABLE)
