"""The table of `shipping`: nested documents, an enumeration, dates, lists, a union, and boxes in boxes."""

from typing import Any

from workshop.tests.applications.application import Case, Outcome, Subject, answers, invalid

SENDER = {"name": "Ada", "postcode": "0150"}
RECIPIENT = {"name": "Bjørn", "postcode": "5003"}
SWEDE = {**RECIPIENT, "country": "SE"}
DOCUMENT = {
    "reference": "Q-1",
    "from": SENDER,
    "recipient": RECIPIENT,
    "pickup": "2027-01-04",
    "boxes": [{"weight": "1.50"}],
    "payment": {"kind": "card", "last_digits": "4242"},
}
QUOTE = {
    "reference": "Q-1",
    "price": "3.60",
    "delivery": "2027-01-08",
    "service": "standard",
    "boxCount": 1,
    "payment": {"kind": "card", "last_digits": "4242"},
    "recipient": {**RECIPIENT, "country": "NO"},
    "heaviest": {"weight": "1.50", "contents": []},
    "labels": [],
}
# A crate with a box in it, in which there is a smaller one.
CRATE = {"weight": "7.25", "contents": [{"weight": 2, "contents": [{"weight": "0.5"}]}, {"weight": 0.25}]}
CRATE_ANSWERED = {
    "weight": "7.25",
    "contents": [
        {"weight": "2", "contents": [{"weight": "0.5", "contents": []}]},
        {"weight": "0.25", "contents": []},
    ],
}


def quoted(name: str, changes: dict[str, Any], **answered: object) -> Case:
    """Return a case whose document and answer differ by so much from the plain ones."""
    return Case(name, {**DOCUMENT, **changes}, answers(**{**QUOTE, **answered}))


def refused(name: str, changes: dict[str, Any], *errors: tuple[str, str], is_typed: bool = True) -> Case:
    """Return a case whose document differs by so much, and is invalid."""
    return Case(name, {**DOCUMENT, **changes}, invalid(*errors), is_typed)


def without(*names: str) -> dict[str, Any]:
    """Return the plain document without some of its fields."""
    return {name: value for name, value in DOCUMENT.items() if name not in names}


def misspelt(outcome: Outcome, **changes: object) -> Case:
    """Return a case with the Python name of a field that has an alias."""
    return Case("the name behind an alias", {**without("from"), **changes}, outcome, is_typed=False)


TABLE = [
    Case("the required fields alone", DOCUMENT, answers(**QUOTE)),
    quoted("an enumeration", {"service": "express"}, service="express", price="7.65", delivery="2027-01-05"),
    quoted("a leap day", {"pickup": "2028-02-28"}, delivery="2028-03-03"),
    quoted("boxes in boxes", {"boxes": [CRATE]}, boxCount=4, price="24.00", heaviest=CRATE_ANSWERED),
    quoted("a decimal as a number", {"insured_for": 250.5}, price="6.10"),
    quoted("a decimal as text", {"insured_for": "250.50"}, price="6.10"),
    quoted(
        "the other kind of payment",
        {"payment": {"kind": "account", "customer": 17}},
        payment={"kind": "account", "customer": 17, "purchase_order": None},
    ),
    quoted("an address abroad", {"recipient": SWEDE}, recipient=SWEDE),
    quoted("a flag, and many of a list", {"fragile": True, "tags": ["a b", "ø"]}, labels=["a b", "ø", "fragile"]),
    Case("an optional field that is null", {**DOCUMENT, "insured_for": None}, answers(**QUOTE), is_typed=False),
    refused("no such member of the enumeration", {"service": "rocket"}, ("#/service", "enum")),
    refused("an enumeration as a number", {"service": 1}, ("#/service", "enum")),
    refused("a default that is null", {"service": None}, ("#/service", "enum"), is_typed=False),
    refused("no date", {"pickup": "tomorrow"}, ("#/pickup", "date_parsing")),
    refused("a date as a number", {"pickup": 20_270_104}, ("#/pickup", "date_type"), is_typed=False),
    refused("no boxes", {"boxes": []}, ("#/boxes", "too_short"), is_typed=False),
    refused(
        "a box without a weight in a box",
        {"boxes": [{"weight": "1", "contents": [{}]}]},
        ("#/boxes/0/contents/0/weight", "missing"),
    ),
    refused("a decimal that is none", {"boxes": [{"weight": "heavy"}]}, ("#/boxes/0/weight", "decimal_parsing")),
    refused("a decimal that is a flag", {"boxes": [{"weight": True}]}, ("#/boxes/0/weight", "decimal_type")),
    refused("a nested typo", {"from": {**SENDER, "zip": "1"}}, ("#/from/zip", "extra_forbidden")),
    refused("a nested number for text", {"from": {**SENDER, "postcode": 150}}, ("#/from/postcode", "string_type")),
    refused("a nested pattern", {"from": {**SENDER, "postcode": "1"}}, ("#/from/postcode", "string_pattern_mismatch")),
    refused("text for an object", {"from": "Oslo"}, ("#/from", "model_type"), is_typed=False),
    refused("no such kind", {"payment": {"kind": "cash"}}, ("#/payment", "union_tag_invalid")),
    refused("no kind", {"payment": {"customer": 1}}, ("#/payment", "union_tag_not_found")),
    refused(
        "a field of the wrong type in a union",
        {"payment": {"kind": "account", "customer": "17"}},
        ("#/payment/customer", "int_type"),
    ),
    refused("a list of the wrong type", {"tags": ["a", 1]}, ("#/tags/1", "string_type"), is_typed=False),
    misspelt(invalid(("#/from", "missing"), ("#/sender", "extra_forbidden")), sender=SENDER),
    Case(
        "several mistakes",
        {**without("boxes", "payment"), "pickup": "x", "colour": "red"},
        invalid(
            ("#/pickup", "date_parsing"),
            ("#/boxes", "missing"),
            ("#/payment", "missing"),
            ("#/colour", "extra_forbidden"),
        ),
        is_typed=False,
    ),
]

SHIPPING = Subject("shipping", "quote", TABLE)
