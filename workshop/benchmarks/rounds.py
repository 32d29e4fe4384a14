"""Rounds: every row is measured once in each, in a new order, so that the machine's moods fall on all alike."""

import random
import statistics
from collections.abc import Callable, Mapping

# The figures of each round, by metric, by row.
Samples = dict[str, list[dict[str, float]]]

TIMES = "\N{MULTIPLICATION SIGN}"


def interleave(rows: Mapping[str, Callable[[], dict[str, float]]], rounds: int, title: str) -> Samples:
    """Measure every row once a round, in a new order each time."""
    samples: Samples = {row: [] for row in rows}
    for number in range(1, rounds + 1):
        print(f"  {title}: round {number} of {rounds}", flush=True)
        for row in random.sample(list(rows), len(rows)):
            samples[row].append(rows[row]())
    return samples


def median(samples: Samples, row: str, metric: str) -> float:
    """Return the median of a metric."""
    return statistics.median(figures[metric] for figures in samples[row])


def ratio(samples: Samples, row: str, baseline: str, metric: str) -> tuple[float, float, float]:
    """Return how many times the baseline's a row's figure is: the median of the rounds' ratios, and its quartiles.

    Of each round's own ratio, so that a machine that is slower for a while is slower on both sides.
    """
    pairs = zip(samples[row], samples[baseline], strict=True)
    ratios = [ours[metric] / theirs[metric] for ours, theirs in pairs]
    if len(ratios) == 1:
        return ratios[0], ratios[0], ratios[0]
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return middle, low, high
