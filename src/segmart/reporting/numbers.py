"""Numbers as people read them: in their unit, with as many digits as anybody needs."""

SHARE = "share"
MONEY = "USD"


def figure_in_words(value: float | None, unit: str) -> str:
    """Return a key figure: a share as per cent, money and counts in thousands, millions or billions."""
    if value is None:
        return "unknown"
    if unit == SHARE:
        return f"{100 * value:.1f} %"
    if unit == MONEY:
        return f"{_short(value)} USD"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.3f}"


def change_in_words(value: float | None, before: float | None, unit: str) -> str:
    """Return how a figure differs from before, a share by points, all else by per cent; "" if unknown."""
    if value is None or before is None:
        return ""
    if value == before:
        return "as before"
    direction = "more" if value > before else "less"
    if unit == SHARE:
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
