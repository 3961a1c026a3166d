"""What is told with a probability: its reasons, what would move the decision, whether it keeps directions.

`reasons` reads the contributions of a trained model, `counterfactual` (with `levers`, what an applicant can
change, and `trials`, how changes are scored) and `sweep` only ask for probabilities; none knows which model
made them.
"""

from segmart.risk.classification.explaining.counterfactual import counterfactuals
from segmart.risk.classification.explaining.levers import Lever, LeverGrids, fit_grids, grids_from_content
from segmart.risk.classification.explaining.reasons import top_reasons
from segmart.risk.classification.explaining.sweep import monotone_violations

__all__ = [
    "Lever",
    "LeverGrids",
    "counterfactuals",
    "fit_grids",
    "grids_from_content",
    "monotone_violations",
    "top_reasons",
]
