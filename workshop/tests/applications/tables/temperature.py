"""The tables of `temperature`, which has two endpoints."""

from workshop.tests.applications.application import Case, Subject, answers, invalid

CONVERT_TABLE = [
    Case("to the default", {"degrees": 100}, answers(degrees=212.0)),
    Case("below zero", {"degrees": -40}, answers(degrees=-40.0)),
    Case("to the other", {"degrees": 98.6, "scale": "celsius"}, answers(degrees=37.0)),
    Case("an exponent", {"degrees": 1e3}, answers(degrees=1832.0)),
    Case("no such scale", {"degrees": 0, "scale": "kelvin"}, invalid(("#/scale", "literal_error"))),
    Case("text", {"degrees": "warm"}, invalid(("#/degrees", "float_type"))),
    Case("a number as text", {"degrees": "100"}, invalid(("#/degrees", "float_type")), is_typed=False),
    Case(
        "the other endpoint's document",
        {"place": "Oslo", "readings": [1]},
        invalid(("#/degrees", "missing"), ("#/place", "extra_forbidden"), ("#/readings", "extra_forbidden")),
        is_typed=False,
    ),
    Case("nothing", {}, invalid(("#/degrees", "missing"))),
]

AVERAGE_TABLE = [
    Case("one", {"place": "Oslo", "readings": [-1.5]}, answers(place="Oslo", average=-1.5)),
    Case("several", {"place": "Oslo", "readings": [-1.5, 2, 4]}, answers(place="Oslo", average=1.5)),
    Case("digits", {"place": "Oslo", "readings": [1, 1, 2], "digits": 3}, answers(place="Oslo", average=1.333)),
    Case("text in the list", {"place": "Oslo", "readings": [1, "x"]}, invalid(("#/readings/1", "float_type"))),
    Case("none", {"place": "Oslo", "readings": []}, invalid(("#/readings", "too_short")), is_typed=False),
    Case("a fraction", {"place": "Oslo", "readings": [1], "digits": 0.5}, invalid(("#/digits", "int_type"))),
    Case(
        "the other endpoint's document",
        {"degrees": 1},
        invalid(("#/place", "missing"), ("#/readings", "missing"), ("#/degrees", "extra_forbidden")),
        is_typed=False,
    ),
]

CONVERT = Subject("temperature", "convert", CONVERT_TABLE)
AVERAGE = Subject("temperature", "average", AVERAGE_TABLE)
