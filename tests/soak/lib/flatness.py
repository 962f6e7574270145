"""When a curve counts as flat."""

import statistics

LARGEST_SHARE = 0.02     # of the mean, over all of the curve
SMALLEST_KIB = 1536      # and what a heap may always grow by


def growth(curve):
    """What the least-squares line through equidistant values gains from the first to the last."""
    if len(curve) < 3:
        raise ValueError("a curve takes three values")
    return statistics.linear_regression(range(len(curve)), curve).slope * (len(curve) - 1)


def second_half(values):
    return values[len(values) // 2:]


def allowed_growth(curve):
    return max(SMALLEST_KIB, LARGEST_SHARE * statistics.mean(curve))


def is_flat(curve):
    """Of resident memory in KiB."""
    return growth(curve) <= allowed_growth(curve)
