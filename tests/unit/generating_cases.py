"""What is seen of columns, made by hand for tests of what is decided from it."""

from segmart.generating.reading import Numbers, Seen

ROWS = 1_000


def numbers(**figures) -> Numbers:
    """Return unremarkable numbers, but for the given figures."""
    usual = {
        **{"minimum": 10.0, "maximum": 90.0, "mean": 50.0, "median": 50.0, "deviation": 15.0, "skew": 0.1},
        **{"log_mean": 3.9, "log_deviation": 0.4, "log_skew": -0.5},
        **{"zero_count": 0, "negative_count": 0, "fraction_count": 100, "equal_to_key_count": 0},
    }
    return Numbers(**(usual | figures))


def number(name: str, missing: int = 0, distinct: int = 80, kind: str = "number", **figures) -> Seen:
    """Return a column of numbers."""
    return Seen(name, "VARCHAR", kind, ROWS, missing, distinct, (), numbers(**figures), (("50", 20),))


def text(name: str, distinct: int = 3, missing: int = 0, looks_like: str | None = None) -> Seen:
    """Return a column of texts."""
    levels = (("a", (ROWS - missing) // distinct),)
    return Seen(name, "VARCHAR", "text", ROWS, missing, distinct, levels=levels, looks_like=looks_like)


def table(*columns: Seen) -> dict[str, Seen]:
    """Return columns by name, an id before them."""
    key = Seen("id", "VARCHAR", "text", ROWS, 0, ROWS, levels=(("A", 1),))
    return {column.name: column for column in (key, *columns)}
