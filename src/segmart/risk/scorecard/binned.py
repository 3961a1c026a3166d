"""A feature in bins, as learned: how its values fall into them, and what was seen in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segmart.learning.preparation import rounded
from segmart.risk.scorecard.partitions import Partition, partition_from_content


@dataclass(frozen=True)
class BinnedFeature:
    """All but the partition has one entry per bin; see `evidence` for the weights and the values.

    `good` and `bad` are the rows seen when fitting.
    """

    name: str
    partition: Partition
    good: tuple[int, ...]
    bad: tuple[int, ...]
    weights_of_evidence: tuple[float, ...]
    information_values: tuple[float, ...]

    @property
    def information_value(self) -> float:
        """What the feature says in all."""
        return float(rounded(sum(self.information_values)))

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per bin, for tables and charts; a bin that no row was seen in has no bad rate."""
        total = sum(self.good) + sum(self.bad)
        counts = zip(self.good, self.bad, strict=True)
        return [
            {
                "feature": self.name,
                "position": position,
                "bin": words,
                "row_count": good + bad,
                "share": (good + bad) / total,
                "bad_count": bad,
                "bad_rate": bad / (good + bad) if good + bad else None,
                "weight_of_evidence": self.weights_of_evidence[position],
                "information_value": self.information_values[position],
            }
            for position, (words, (good, bad)) in enumerate(zip(self.partition.words(), counts, strict=True))
        ]

    def as_content(self) -> dict[str, Any]:
        """Return the feature, ready for JSON."""
        return {
            "name": self.name,
            "partition": self.partition.as_content(),
            "good": list(self.good),
            "bad": list(self.bad),
            "weights_of_evidence": list(self.weights_of_evidence),
            "information_values": list(self.information_values),
        }


def binned_from_content(content: Mapping[str, Any]) -> BinnedFeature:
    """Return the feature of `as_content`; raises KeyError or TypeError when it is not that."""
    return BinnedFeature(
        name=content["name"],
        partition=partition_from_content(content["partition"]),
        good=tuple(content["good"]),
        bad=tuple(content["bad"]),
        weights_of_evidence=tuple(content["weights_of_evidence"]),
        information_values=tuple(content["information_values"]),
    )
