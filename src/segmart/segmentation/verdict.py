"""What a segmentation may be called: natural, reproducible or constructive.

The three words are those of Dolnicar & Leisch (2010, Marketing Letters 21: 83-101): natural segments are
there to be found, reproducible ones come back because the data have some structure, constructive ones are a
useful cut through a cloud that could have been cut otherwise. Stability alone does not tell them apart: a
uniform square is cut into the same four quarters every time. So structure is asked for first.
"""

from segmart.segmentation.search import REPRODUCIBLE_JACCARD, Candidate, Search

NATURAL, REPRODUCIBLE, CONSTRUCTIVE = "natural", "reproducible", "constructive"

# The gap statistic must rise from k = 1 by this many standard errors ...
STRUCTURE_STANDARD_ERRORS = 3.0
# ... and by this much: squared distances a tenth smaller than structureless points of the same extent have.
STRUCTURE_RISE = 0.1
# Kaufman & Rousseeuw (1990): from here on a silhouette speaks of a reasonable structure.
SEPARATED_SILHOUETTE = 0.5


def verdict(found: Search, segment_count: int) -> tuple[str, str]:
    """Return the verdict on one number of segments and, in words, what it rests on."""
    chosen = found.candidates[segment_count]
    if chosen.silhouette is None:
        return CONSTRUCTIVE, "one segment divides nothing"
    has_structure, structure = _structure(chosen)
    if not has_structure:
        return CONSTRUCTIVE, f"{structure}: no structure beyond a cloud without segments"
    if not chosen.is_reproducible:
        return CONSTRUCTIVE, (
            f"{structure}, but not every segment comes back in resamples "
            f"(Jaccard down to {chosen.jaccard_minimum:.2f}, below {REPRODUCIBLE_JACCARD})"
        )
    stable = f"every segment comes back in resamples (Jaccard at least {chosen.jaccard_minimum:.2f})"
    if chosen.silhouette.value < SEPARATED_SILHOUETTE:
        return REPRODUCIBLE, (
            f"{structure} and {stable}, but segments run into each other "
            f"(silhouette {chosen.silhouette.value:.2f}, below {SEPARATED_SILHOUETTE})"
        )
    return (
        NATURAL,
        f"{structure}, {stable}, and segments lie apart (silhouette {chosen.silhouette.value:.2f})",
    )


def _structure(chosen: Candidate) -> tuple[bool, str]:
    """Say whether the gap statistic rises clearly from k = 1, and by how much."""
    rise, error = chosen.gap.rise, chosen.gap.rise_standard_error
    in_words = f"the gap statistic differs from k = 1 by {rise:+.2f} (standard error {error:.2f})"
    return rise > STRUCTURE_STANDARD_ERRORS * error and rise >= STRUCTURE_RISE, in_words
