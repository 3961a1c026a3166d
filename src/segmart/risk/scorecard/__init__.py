"""A scorecard: features cut into bins, and points for each bin. The way of a fit through the modules:

options       what may be declared
evidence      weight of evidence and information value
merging       neighbouring parts merged into the bins that say most
partitions    how values fall into bins
binning       one feature cut into bins, learned
binned        one feature in bins, as it is kept
fitting       bins of all features into a logistic regression, its signs checked
points        log-odds as points
card          the result: log-odds, points and contributions of rows; to and from JSON
"""

from segmart.risk.scorecard.binned import BinnedFeature
from segmart.risk.scorecard.binning import Direction
from segmart.risk.scorecard.card import Scorecard, ScoredFeature, scorecard_from_content
from segmart.risk.scorecard.fitting import FittedScorecard, fit_scorecard
from segmart.risk.scorecard.options import ScorecardOptions
from segmart.risk.scorecard.points import Scale

__all__ = [
    "BinnedFeature",
    "Direction",
    "FittedScorecard",
    "Scale",
    "Scorecard",
    "ScorecardOptions",
    "ScoredFeature",
    "fit_scorecard",
    "scorecard_from_content",
]
