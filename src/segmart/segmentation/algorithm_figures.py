"""Figures and charts that only one algorithm has: how certain a mixture is, and the tree of Ward's joins."""

from collections.abc import Callable
from itertools import islice

import numpy as np

from segmart.learning.figures import CurvePoint, Metric
from segmart.learning.intervals import mean_interval, wilson_interval
from segmart.segmentation.clustering import Clustering
from segmart.segmentation.hierarchy import HierarchicalClustering
from segmart.segmentation.mixture import MixtureClustering
from segmart.segmentation.search import Search

# The last joins of a tree: earlier ones lead to more segments than anybody wants.
HIGHEST_JOINS = 30
# The word beside the k that was chosen.
CHOSEN = "chosen"


def metrics_of_algorithm(
    clustering: Clustering, points: np.ndarray, metric: Callable[..., Metric], generator: np.random.Generator
) -> list[Metric]:
    """Return the figures that only one algorithm's division of points (rows, features) has.

    `metric` makes one of name, interval and row count. The certainty of a mixture is what it says of itself:
    how probably customers are in the right segment if customers are as the mixture describes them.
    """
    if isinstance(clustering, MixtureClustering):
        certainty = clustering.mixture.posteriors(points).max(axis=1)
        return [
            metric(
                "assignment_certainty",
                mean_interval(certainty, generator),
                len(points),
                baseline="everybody in the largest component",
                baseline_value=max(component.weight for component in clustering.mixture.components),
            )
        ]
    if isinstance(clustering, HierarchicalClustering):
        is_reassigned = clustering.is_reassigned
        shares = clustering.sizes / clustering.sizes.sum()
        return [
            metric(
                "reassigned_share",
                wilson_interval(int(is_reassigned.sum()), len(is_reassigned)),
                len(is_reassigned),
                baseline="a division of the same sizes by chance",
                baseline_value=float(1 - (shares**2).sum()),
            )
        ]
    return []


def dendrogram_of(found: Search, chosen: int) -> list[CurvePoint]:
    """Return the highest joins of the tree, highest first; none where no tree was grown."""
    trees = [
        one.clustering
        for one in found.candidates.values()
        if isinstance(one.clustering, HierarchicalClustering)
    ]
    if not trees:
        return []
    highest = zip(trees[0].heights[::-1], trees[0].joined_sizes[::-1], strict=True)
    return [
        CurvePoint(
            curve="dendrogram",
            series=found.algorithm_name,
            position=position,
            x=float(position + 1),
            y=float(height),
            label=CHOSEN if position + 1 == chosen else None,
            row_count=int(size),
        )
        for position, (height, size) in enumerate(islice(highest, HIGHEST_JOINS), start=1)
    ]
