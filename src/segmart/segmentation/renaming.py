"""The champion under other names: when the words of the names table change, no segment is learned anew."""

import json
from collections.abc import Collection

from segmart.learning.json_text import to_json
from segmart.learning.registry import CHAMPION, Row
from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.figures import renamed_curves
from segmart.segmentation.naming import Names, give_names, names_that_fit
from segmart.segmentation.ranking import rank_in_words


def renamed_row(champion: Row, names: Names, rank_by: Collection[str], model_version: int) -> Row | None:
    """Return the champion's registry row under the present words of the names table, none if they are equal.

    It keeps its as-of date: the segments are as old as before.
    """
    artefact = artefact_from_json(champion["artefact"])
    known = {segment.segment_id: segment.name for segment in artefact.segments}
    names = names_that_fit(names, rank_by, artefact.features)
    by_id = dict(zip(known, give_names(list(known), known, names, rank_in_words(list(rank_by))), strict=True))
    if by_id == known:
        return None
    segments = [
        segment
        | {
            "segment_name": by_id[segment["segment_id"]].segment_name,
            "recommended_action": by_id[segment["segment_id"]].recommended_action,
        }
        for segment in json.loads(champion["segments"])
    ]
    new_names = {known[segment_id].segment_name: name.segment_name for segment_id, name in by_id.items()}
    return dict(champion) | {
        "model_version": model_version,
        "status": CHAMPION,
        "status_reason": f"the segments of version {champion['model_version']} under other names",
        "fit_reason": "the names changed; nothing was fitted",
        "segments": to_json(segments),
        "lineage": "[]",
        # A registry written before it had curves holds none.
        "curves": to_json(renamed_curves(json.loads(champion["curves"] or "[]"), new_names)),
        "artefact": artefact.renamed(model_version, by_id).to_json(),
    }
