"""How money is converted."""

from decimal import Decimal

CENT = Decimal("0.01")


def converted(amount: Decimal, rate: Decimal) -> Decimal:
    """Return an amount in another currency, in whole cents."""
    return (amount * rate).quantize(CENT)
