"""Temperatures."""

from collections.abc import Sequence


def to_fahrenheit(celsius: float) -> float:
    """Return degrees Celsius as degrees Fahrenheit."""
    return celsius * 9 / 5 + 32


def to_celsius(fahrenheit: float) -> float:
    """Return degrees Fahrenheit as degrees Celsius."""
    return (fahrenheit - 32) * 5 / 9


def mean(degrees: Sequence[float]) -> float:
    """Return the mean of one temperature or more."""
    return sum(degrees) / len(degrees)
