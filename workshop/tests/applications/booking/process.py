"""Which seats are free, and who may have them."""

from lambda_app.contract.problem import Problem

TAKEN = {"hamlet": {"A1", "A2"}, "faust": {"B7"}}
ROWS = "ABC"
SEATS_A_ROW = 8


class NoSuchShow(Problem):
    """There is no such show."""

    status = 404


class SeatTaken(Problem):
    """Somebody else has the seat."""

    status = 409
    type = "https://tickets.example/problems/seat-taken"
    title = "Seat taken"


class TooManyBookings(Problem):
    """The buyer books too fast."""

    status = 429


def free_seats(show: str) -> list[str]:
    """Return the free seats of a show, from the front."""
    seats = [f"{row}{number + 1}" for row in ROWS for number in range(SEATS_A_ROW)]
    return [seat for seat in seats if seat not in TAKEN[show]]


def book(show: str, seat: str, buyer: str) -> int:
    """Book a seat, and return how many remain."""
    if show not in TAKEN:
        raise NoSuchShow(detail=f"There is no show {show!r}.")
    if buyer == "bot":
        raise TooManyBookings(detail="Wait half a minute.", headers={"Retry-After": "30"})
    free = free_seats(show)
    if seat not in free:
        raise SeatTaken(detail=f"The seat {seat} is taken.", members={"seat": seat, "free": free[:3]})
    return len(free) - 1
