"""What a shipment costs, and when it arrives."""

from datetime import date, timedelta
from decimal import Decimal

CENT = Decimal("0.01")


def price(weight: Decimal, insured_for: Decimal | None, *, express: bool) -> Decimal:
    """Return the price in euros of so many kilograms."""
    freight = weight * Decimal("5.10" if express else "2.40")
    premium = (insured_for or Decimal(0)) / 100
    return (freight + premium).quantize(CENT)


def arrival(pickup: date, *, express: bool) -> date:
    """Return the day of delivery."""
    return pickup + timedelta(days=1 if express else 4)
