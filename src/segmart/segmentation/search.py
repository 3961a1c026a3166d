"""Every number of segments tried, measured alike, and one of them chosen by a rule that can be read."""

from dataclasses import dataclass, replace

import numpy as np

from segmart.progress import report
from segmart.segmentation.algorithms import Algorithm
from segmart.segmentation.clustering import K_MEANS, Clustering
from segmart.segmentation.hierarchy import HierarchicalClustering
from segmart.segmentation.mixture import MixtureClustering
from segmart.segmentation.silhouettes import Silhouette, mean_silhouettes
from segmart.segmentation.stability import Stability, bootstrap_stability
from segmart.segmentation.validity import Gap, calinski_harabasz, davies_bouldin, gap_statistic

# Hennig (2007): below this mean Jaccard similarity a segment is not to be trusted to exist.
REPRODUCIBLE_JACCARD = 0.75
# Silhouettes this close do not decide between two numbers of segments. Five planted groups, two of them near
# each other, have a silhouette 0.013 below that of four; three planted groups cut in four, 0.049 below three.
CLOSE_SILHOUETTE = 0.03


@dataclass(frozen=True)
class Effort:
    """How much work a search may do; the numbers are recorded with its results."""

    starts: int = 10
    reference_draws: int = 20
    resamples: int = 25
    # Starts and rows of each of the many small fits behind gap statistic and stability.
    inner_starts: int = 3
    inner_rows: int = 2_000
    # Up to this many rows the silhouette is exact; of more, it is estimated from some of them.
    exact_silhouette_rows: int = 3_000
    silhouette_rows: int = 2_000


@dataclass(frozen=True)
class Candidate:
    """One number of segments and its figures; without a division (k = 1) only inertia and gap are defined."""

    clustering: Clustering
    gap: Gap
    silhouette: Silhouette | None = None
    davies_bouldin: float | None = None
    calinski_harabasz: float | None = None
    stability: Stability | None = None

    @property
    def segment_count(self) -> int:
        """The number of segments."""
        return self.clustering.segment_count

    @property
    def bic(self) -> float | None:
        """The Bayesian information criterion; none where the algorithm is no mixture."""
        return self.clustering.bic if isinstance(self.clustering, MixtureClustering) else None

    @property
    def jaccard_per_segment(self) -> list[float | None]:
        """The Jaccard similarity of each segment; unknown when nothing was divided."""
        return self.stability.jaccard.tolist() if self.stability else [None] * self.segment_count

    @property
    def jaccard_minimum(self) -> float:
        """The Jaccard similarity of the least reproducible segment; 1 when nothing was divided."""
        return float(self.stability.jaccard.min()) if self.stability else 1.0

    @property
    def is_reproducible(self) -> bool:
        """Whether every segment comes back in resamples."""
        return self.jaccard_minimum >= REPRODUCIBLE_JACCARD

    def in_order(self, order: np.ndarray) -> "Candidate":
        """Return the same division with its segments in another order, as positions (k,) of now."""
        stability = self.stability
        if stability is not None:
            # Taken, not indexed: indexing turns the memory round, and sums then differ in their last digit.
            stability = replace(stability, similarities=stability.similarities.take(order, axis=1))
        return replace(self, clustering=self.clustering.in_order(order), stability=stability)


@dataclass(frozen=True)
class Search:
    """All candidates by number of segments, k = 1 first, and on how many rows the figures rest."""

    candidates: dict[int, Candidate]
    inner_row_count: int
    row_count: int
    algorithm_name: str = K_MEANS.name

    def with_segments_in_order(self, segment_count: int, order: np.ndarray) -> "Search":
        """Return the search with the segments of one candidate in another order."""
        reordered = self.candidates[segment_count].in_order(order)
        return replace(self, candidates=self.candidates | {segment_count: reordered})

    @property
    def divisions(self) -> list[Candidate]:
        """The candidates that divide: more than one segment and a measured silhouette."""
        return [candidate for candidate in self.candidates.values() if candidate.silhouette is not None]


def search(
    points: np.ndarray,
    segment_counts: list[int],
    seed: int,
    priority: list[int],
    effort: Effort,
    label: str,
    algorithm: Algorithm = K_MEANS,
) -> Search:
    """Cluster points (rows, features), ordered by key, into each number of segments; measure each.

    No number may exceed what the algorithm can divide the points into. `priority` orders the segments, see
    `algorithms.Algorithm`.
    """
    generator = np.random.default_rng([seed, 0])
    inner_rows = _sample(generator, len(points), effort.inner_rows)
    is_exact = len(points) <= effort.exact_silhouette_rows
    measured_rows = _sample(generator, len(points), len(points) if is_exact else effort.silhouette_rows)

    counts = [count for count in segment_counts if count > 1]
    divisions = algorithm.divide(points, counts, seed, effort.starts, priority)
    labelings = [division.labels for division in divisions.values()]
    measured = dict(zip(counts, mean_silhouettes(points, labelings, measured_rows), strict=True))
    gaps = gap_statistic(
        points[inner_rows], [1, *counts], seed, effort.reference_draws, effort.inner_starts, algorithm
    )

    candidates = {1: Candidate(clustering=algorithm.undivided(points), gap=gaps[1])}
    for count, division in divisions.items():
        can_be_compared = 1 < np.count_nonzero(division.sizes) < len(points)
        candidates[count] = Candidate(
            clustering=division,
            gap=gaps[count],
            silhouette=measured[count],
            davies_bouldin=davies_bouldin(points, division) if can_be_compared else None,
            calinski_harabasz=calinski_harabasz(points, division) if can_be_compared else None,
            stability=bootstrap_stability(
                points,
                division.partition,
                seed,
                effort.resamples,
                effort.inner_rows,
                effort.inner_starts,
                algorithm,
            ),
        )
        report(
            f"{label}: k = {count}, silhouette {measured[count].value:.3f}, "
            f"gap {gaps[count].rise:+.3f} against k = 1, "
            f"least reproducible segment {candidates[count].jaccard_minimum:.2f}"
        )
    return Search(candidates, len(inner_rows), len(points), algorithm.name)


def choose(found: Search) -> tuple[int, str]:
    """Return the number of segments and, in words, why.

    Only divisions whose every segment is reproducible compete, if there are any. The silhouette decides; of
    those about as good as the best, the one whose gap statistic is largest, which keeps two groups that lie
    near each other from being taken for one. Among mixtures the Bayesian information criterion decides
    (Fraley & Raftery 2002): the silhouette takes segments as round. Alone it would not do, because a cloud
    that is not Gaussian is described better by every further component.
    """
    reproducible = [candidate for candidate in found.divisions if candidate.is_reproducible]
    best = max(reproducible or found.divisions, key=lambda candidate: candidate.silhouette.value)
    if not reproducible:
        return best.segment_count, (
            f"k = {best.segment_count} has the best silhouette of all ({best.silhouette.value:.3f}); at no k "
            f"tried does every segment come back in resamples (Jaccard {REPRODUCIBLE_JACCARD} or more)"
        )
    if best.bic is not None:
        best = min(reproducible, key=lambda candidate: candidate.bic)
        return best.segment_count, (
            f"of the k whose every segment comes back in resamples (Jaccard {REPRODUCIBLE_JACCARD} or more), "
            f"k = {best.segment_count} has the lowest Bayesian information criterion ({best.bic:,.0f})"
        )
    lowest = best.silhouette.value - CLOSE_SILHOUETTE
    close = [candidate for candidate in reproducible if candidate.silhouette.value >= lowest]
    chosen = max(close, key=lambda candidate: candidate.gap.value)
    reason = (
        f"of the k whose every segment comes back in resamples (Jaccard {REPRODUCIBLE_JACCARD} or more), "
        f"k = {best.segment_count} has the best silhouette ({best.silhouette.value:.3f})"
    )
    if len(close) > 1:
        reason += (
            f"; of those within {CLOSE_SILHOUETTE} of it, k = {chosen.segment_count} has the largest gap "
            f"statistic (silhouette {chosen.silhouette.value:.3f})"
        )
    return chosen.segment_count, reason


def results_as_rows(found: Search, chosen: int) -> list[dict]:
    """Return one plain dictionary per number of segments tried, for the registry."""
    return [
        _as_row(candidate, found, candidate.segment_count == chosen)
        for candidate in found.candidates.values()
    ]


def _as_row(candidate: Candidate, found: Search, is_chosen: bool) -> dict:
    stability, silhouette = candidate.stability, candidate.silhouette
    ranges = np.quantile(stability.rand_indices, [0.025, 0.975]).tolist() if stability else [None, None]
    # A registry says nothing of what is not defined for its algorithm.
    of_mixture = {} if candidate.bic is None else {"bic": candidate.bic}
    return {
        "k": candidate.segment_count,
        "inertia": candidate.clustering.inertia,
        "silhouette": silhouette.value if silhouette else None,
        "silhouette_low": silhouette.interval.low if silhouette else None,
        "silhouette_high": silhouette.interval.high if silhouette else None,
        "silhouette_row_count": silhouette.row_count if silhouette else None,
        "is_silhouette_exact": silhouette.is_exact if silhouette else None,
        "davies_bouldin": candidate.davies_bouldin,
        "calinski_harabasz": candidate.calinski_harabasz,
        "gap": candidate.gap.value,
        "gap_standard_error": candidate.gap.standard_error,
        "gap_rise": candidate.gap.rise if stability else None,
        "gap_rise_standard_error": candidate.gap.rise_standard_error if stability else None,
        "stability_ari_mean": float(stability.rand_indices.mean()) if stability else None,
        "stability_ari_low": ranges[0],
        "stability_ari_high": ranges[1],
        "jaccard_minimum": candidate.jaccard_minimum if stability else None,
        "jaccard_mean": float(stability.jaccard.mean()) if stability else None,
        "is_chosen": is_chosen,
        "note": _note(candidate, found),
    } | of_mixture


def _note(candidate: Candidate, found: Search) -> str | None:
    """Return what must be known to read a row of results, or none."""
    if candidate.stability is None:
        return "no division: what the gap statistic is compared with"
    notes = []
    if found.inner_row_count < found.row_count:
        notes.append(f"gap statistic and stability on {found.inner_row_count:,} of {found.row_count:,} rows")
    if isinstance(candidate.clustering, HierarchicalClustering):
        joined = len(candidate.clustering.joined_rows)
        if joined < found.row_count:
            notes.append(f"a tree of {joined:,} of {found.row_count:,} rows, all by the nearest centroid")
    return "; ".join(notes) or None


def _sample(generator: np.random.Generator, row_count: int, limit: int) -> np.ndarray:
    """Return at most `limit` row positions in order."""
    if row_count <= limit:
        return np.arange(row_count)
    return np.sort(generator.choice(row_count, limit, replace=False))
