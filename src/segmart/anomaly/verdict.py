"""What the outcome of DBSCAN may be called, and which detector serves.

The same outcome can be useless as a division into segments and just what is wanted of an outlier detector:
one dense crowd with a few customers outside it. Both are said. Nobody or everybody outside is a finding for
neither purpose, and is never served.
"""

from segmart.anomaly.declaration import AUTO, DENSITY, ISOLATION, Density, Population
from segmart.anomaly.density import DensityFit
from segmart.anomaly.epsilon import MEANINGFUL_SHARE, Tried, eps_that_divides
from segmart.anomaly.isolation import IsolationFit, rule_in_words

USABLE, DEGENERATE = "usable", "degenerate"
MEANINGFUL = f"{MEANINGFUL_SHARE:.0%} of the customers"


def verdict(chosen: Tried, at_knee: Tried, results: list[Tried]) -> tuple[str, str]:
    """Return the verdict on DBSCAN's outcome and what it rests on, with a remedy where there is one.

    `results` are the outcomes at every eps tried, `at_knee` is the one at the knee of the k-distance curve.
    """
    found = (
        f"eps {chosen.eps:g} gives {_counted(len(chosen.cluster_sizes), 'cluster')} and "
        f"{_counted(chosen.noise_count, 'noise point')} among {_counted(chosen.row_count, 'customer')}"
    )
    is_detector_degenerate = chosen.noise_count in (0, chosen.row_count)
    sentences = [found, f"as segments: {_as_segments(chosen)}", f"as outliers: {_as_outliers(chosen)}"]
    if chosen.divides and not is_detector_degenerate:
        return USABLE, "; ".join(sentences)
    if not chosen.divides:
        sentences.append(_remedy_for_segments(results))
    if is_detector_degenerate and at_knee.noise_count not in (0, at_knee.row_count):
        noise = _counted(at_knee.noise_count, "noise point")
        sentences.append(
            f"remedy for outliers: eps {at_knee.eps:g}, the knee of the k-distances, leaves {noise}"
        )
    return DEGENERATE, "; ".join(sentences)


def choose_detector(block: Population, density: DensityFit, isolation: IsolationFit) -> tuple[str, str]:
    """Return the detector that serves and why, with what each one rests on."""
    is_degenerate = density.detector.is_degenerate
    nothing = "everybody" if density.is_flagged.all() else "nobody"
    if block.serve == ISOLATION:
        served, reason = ISOLATION, "isolation serves, as declared"
    elif is_degenerate and block.serve == DENSITY:
        served = ISOLATION
        reason = f"isolation serves although density is declared, because density flags {nothing}"
    elif is_degenerate:
        served, reason = ISOLATION, f"isolation serves, because density flags {nothing}"
    else:
        served = DENSITY
        why = "by default, because it tells some from others" if block.serve == AUTO else "as declared"
        reason = f"density serves, {why}"
    of_density = _density_in_words(block.density, density)
    of_isolation = rule_in_words(block.isolation.flag, isolation.detector.threshold)
    return served, f"{reason}. Density: {of_density}. Isolation: {of_isolation}"


def _as_segments(chosen: Tried) -> str:
    if not chosen.cluster_sizes:
        return "degenerate, there is no cluster at all"
    if len(chosen.cluster_sizes) == 1:
        return "degenerate, one cluster divides nothing"
    if chosen.meaningful_count < 2:
        few = "none" if not chosen.meaningful_count else "only one"
        return f"degenerate, {few} of the clusters holds at least {MEANINGFUL}"
    if not chosen.divides:
        return "degenerate, more than half of the customers are in no cluster"
    return f"usable, {chosen.meaningful_count} clusters hold at least {MEANINGFUL} each"


def _as_outliers(chosen: Tried) -> str:
    if chosen.noise_count == 0:
        return "degenerate, nobody is outside, so nobody is told from the others"
    if chosen.noise_count == chosen.row_count:
        return "degenerate, everybody is outside, so nobody is told from the others"
    return f"usable, {chosen.noise_count:,} outside every dense place"


def _remedy_for_segments(results: list[Tried]) -> str:
    working = eps_that_divides(results)
    if working:
        return (
            f"remedy for segments: eps {working.eps:g} gives {working.meaningful_count} clusters of at least "
            f"{MEANINGFUL} each and {_counted(working.noise_count, 'noise point')}"
        )
    low, high = min(result.eps for result in results), max(result.eps for result in results)
    return (
        f"no eps tried between {low:g} and {high:g} gives two or more clusters of at least {MEANINGFUL} each"
    )


def _density_in_words(settings: Density, density: DensityFit) -> str:
    source = "declared" if settings.eps else "at the knee of the k-distance curve"
    needed = density.detector.minimum_neighbours
    share = (
        f" ({settings.minimum_share:.1%} of the customers)" if needed > settings.minimum_neighbours else ""
    )
    return (
        f"flagged with fewer than {needed:,} customers{share} within eps {density.detector.eps:g}, {source}, "
        "and nobody within it who has as many"
    )


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
