"""Numbers as an applicant can read them: plain digits, and few of them."""

import numpy as np

SIGNIFICANT_DIGITS = 6
# Beyond these sizes a power of ten is easier to read than the zeros.
SMALLEST, LARGEST = 1e-6, 1e15


def plain_text(value: float) -> str:
    """Return a number with at most six significant digits, without an exponent for usual sizes."""
    return exact_text(float(f"{value:.{SIGNIFICANT_DIGITS}g}"))


def exact_text(value: float) -> str:
    """Return a number with the digits that tell it from every other, without an exponent for usual sizes."""
    # Minus zero is zero to a reader.
    value = float(value) + 0.0
    if value == 0 or SMALLEST <= abs(value) < LARGEST:
        return np.format_float_positional(value, trim="-")
    return repr(value)


def rounded_away(values: np.ndarray, goes_up: np.ndarray, digits: int, whole: np.ndarray) -> np.ndarray:
    """Return values (rows,) with so many significant digits: rounded up where `goes_up` (rows,), else down.

    Where `whole` (rows,), to whole numbers at least. A value that has no more digits is kept.
    """
    with np.errstate(divide="ignore"):
        place = np.where(values == 0, 0.0, np.floor(np.log10(np.abs(values)))) - (digits - 1)
    place = np.where(whole, np.maximum(place, 0.0), place)
    # Steps of a tenth are no exact numbers, ten steps a unit are.
    finer, coarser = 10.0 ** np.maximum(-place, 0.0), 10.0 ** np.maximum(place, 0.0)
    steps = values * finer / coarser
    nearest = np.round(steps)
    is_on_step = np.abs(steps - nearest) <= 1e-12 * np.maximum(np.abs(steps), 1.0)
    steps = np.where(is_on_step, nearest, np.where(goes_up, np.ceil(steps), np.floor(steps)))
    return steps * coarser / finer + 0.0
