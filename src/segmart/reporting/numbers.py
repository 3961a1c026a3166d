"""Numbers and names as people read them."""

# How the units of shares and probabilities end, and how those of money begin.
SHARE = "0 to 1"
MONEY = "USD"


def figure_in_words(value: float | None, unit: str) -> str:
    """Return a key figure: a share as per cent, money and counts in thousands, millions or billions."""
    if value is None:
        return "unknown"
    if unit.endswith(SHARE):
        return f"{100 * value:.1f} %"
    if unit.startswith(MONEY):
        return f"{_short(value)} {unit}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.3f}"


def change_in_words(value: float | None, before: float | None, unit: str) -> str:
    """Return how a figure differs from before, a share by points, all else by per cent; "" if unknown."""
    if value is None or before is None:
        return ""
    if value == before:
        return "as before"
    direction = "more" if value > before else "less"
    if unit.endswith(SHARE):
        return f"{abs(100 * (value - before)):.2f} points {direction} than before"
    if before == 0:
        return f"{direction} than before, when it was 0"
    return f"{abs(value / before - 1):.1%} {direction} than before".replace("%", " %")


def _short(value: float) -> str:
    # Below ten thousand every digit is told.
    for least, size, word in ((1e9, 1e9, " bn"), (1e6, 1e6, " m"), (1e4, 1e3, " k")):
        if abs(value) >= least:
            return f"{value / size:,.1f}{word}"
    return f"{value:,.0f}"


def in_words(name: str) -> str:
    """Return the name of a column as words."""
    return name.replace("_", " ").capitalize()
