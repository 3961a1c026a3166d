"""An ensemble of binary trees as five arrays: what scikit-learn grew, stored as text and walked by numpy.

The text is JSON that holds compressed numbers, never a pickle: reading it can run nothing.
"""

import base64
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

LEAF = -1
# Rows times trees walked at a time: few enough for the arrays of a step to stay in the cache.
STEPS_AT_A_TIME = 2**18
# What each array is stored as: little-endian, whatever the machine.
STORED = {"feature": "<i4", "threshold": "<f8", "left": "<i4", "right": "<i4", "value": "<f8", "roots": "<i4"}


@dataclass(frozen=True)
class Trees:
    """All nodes of all trees, one after another.

    `feature` (nodes,) is the position of the feature a node compares, -1 at a leaf; a row goes to `left` when
    its value is at most `threshold`, else to `right` (positions of nodes). `value` (nodes,) is what a leaf
    says, `roots` (trees,) where each tree begins.
    """

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray
    roots: np.ndarray

    def summed(self, points: np.ndarray) -> np.ndarray:
        """Return for each point (rows, features) the sum over trees (rows,) of the leaf it reaches.

        Points are compared in single precision, as scikit-learn compares them. Trees are added up in order,
        so a row has the same sum alone as among others.
        """
        points = np.asarray(points, dtype=np.float32)
        total = np.zeros(len(points))
        at_a_time = max(1, STEPS_AT_A_TIME // max(1, len(self.roots)))
        for start in range(0, len(points) if len(self.roots) else 0, at_a_time):
            rows = slice(start, start + at_a_time)
            total[rows] = self.value.take(self._leaves(points[rows])).cumsum(axis=1)[:, -1]
        return total

    def changes(self, points: np.ndarray, groups: np.ndarray, group_count: int) -> np.ndarray:
        """Return what questions about each group of features change for points, summed over trees.

        `groups` (features,) are positions of groups. A question changes the value of a node to that of the
        node it sends a point to, so every node must have one. With the sum of the roots' values the changes
        (rows, groups) of a point add up to its `summed`. A row has the same changes alone as among others.
        """
        points = np.asarray(points, dtype=np.float32)
        groups = np.asarray(groups, dtype=np.intp)
        total = np.zeros((len(points), group_count))
        at_a_time = max(1, STEPS_AT_A_TIME // max(1, len(self.roots)))
        for start in range(0, len(points) if len(self.roots) else 0, at_a_time):
            some = points[start : start + at_a_time]
            own = total[start : start + at_a_time]
            first = np.arange(len(some))[:, None] * group_count
            for at, reached in self._steps(some):
                asked = first + groups.take(self._compared.take(at))
                change = self.value.take(reached) - self.value.take(at)
                own += np.bincount(asked.ravel(), change.ravel(), own.size).reshape(own.shape)
        return total

    def as_content(self) -> dict[str, str]:
        """Return the arrays as text, ready for JSON."""
        return {
            name: base64.b64encode(zlib.compress(getattr(self, name).astype(kind).tobytes(), 9)).decode()
            for name, kind in STORED.items()
        }

    @cached_property
    def _children(self) -> np.ndarray:
        """Where a node sends a row (2 x nodes,): left and right child in turn; a leaf keeps it."""
        own = np.arange(len(self.feature))
        is_leaf = self.feature == LEAF
        return np.stack(
            [np.where(is_leaf, own, self.left), np.where(is_leaf, own, self.right)], axis=1
        ).ravel()

    @cached_property
    def _compared(self) -> np.ndarray:
        """The feature each node compares (nodes,); at a leaf any one, for it decides nothing."""
        return np.maximum(self.feature, 0).astype(np.intp)

    def _leaves(self, points: np.ndarray) -> np.ndarray:
        """Return the leaf (rows, trees) each point reaches in each tree."""
        at = self._first_nodes(points)
        for _, reached in self._steps(points):
            at = reached
        return at

    def _first_nodes(self, points: np.ndarray) -> np.ndarray:
        return np.tile(self.roots.astype(np.intp), (len(points), 1))

    def _steps(self, points: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield from where to where (rows, trees) each step leads, in all trees at once, until none does."""
        first = np.arange(len(points))[:, None] * points.shape[1]
        at = self._first_nodes(points)
        while True:
            goes_left = points.take(first + self._compared.take(at)) <= self.threshold.take(at)
            reached = self._children.take(2 * at + ~goes_left)
            if np.array_equal(reached, at):
                return
            yield at, reached
            at = reached


def trees_of(
    grown: Iterable[Any], values: Iterable[np.ndarray], features: Iterable[np.ndarray] | None = None
) -> Trees:
    """Return scikit-learn's trees (`estimator.tree_`) as arrays.

    `values` holds for each tree what its nodes say (nodes,); `features` for each tree the positions of the
    features it was grown on, when that is not all of them.
    """
    grown, values = list(grown), list(values)
    features = [None] * len(grown) if features is None else list(features)
    starts = np.cumsum([0, *(tree.node_count for tree in grown)])
    compared, left, right = [], [], []
    for tree, start, own in zip(grown, starts, features, strict=False):
        is_leaf = tree.children_left < 0
        position = np.where(is_leaf, 0, tree.feature)
        compared.append(np.where(is_leaf, LEAF, position if own is None else np.asarray(own)[position]))
        left.append(np.where(is_leaf, LEAF, tree.children_left + start))
        right.append(np.where(is_leaf, LEAF, tree.children_right + start))
    return Trees(
        feature=np.concatenate(compared).astype(np.int32),
        threshold=np.concatenate([tree.threshold for tree in grown]),
        left=np.concatenate(left).astype(np.int32),
        right=np.concatenate(right).astype(np.int32),
        value=np.concatenate([np.asarray(value, dtype=float) for value in values]),
        roots=starts[:-1].astype(np.int32),
    )


def trees_from_content(content: Mapping[str, str]) -> Trees:
    """Return the trees of `as_content`; raises ValueError when it is not that."""
    arrays = {
        name: np.frombuffer(zlib.decompress(base64.b64decode(content[name], validate=True)), kind)
        for name, kind in STORED.items()
    }
    return Trees(**{name: array.astype(array.dtype.newbyteorder("=")) for name, array in arrays.items()})
