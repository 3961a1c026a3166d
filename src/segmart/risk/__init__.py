"""Risk: a label predicted from what was known before, declared in YAML, beside baselines it has to beat.

What it shares with other kinds of models is in `segmart.learning`. What both tasks share:

    declaration   what every declaration holds
    tables        features, segments and labels of one date brought together
    occasion      when a fit is due
    resampling    the bootstrap behind every interval
    choice        who serves, and whether there is any skill
    contest       whether a new model replaces the champion
    engine        the task that is declared, fitted and applied

and the tasks, each with its own way from a declaration to a registry row and from there to scored rows:

    regression      a number, with a prediction interval
    classification  the probability of an event, with points, reasons, a decision and what would change it
    scorecard       weight-of-evidence bins and points, one of the candidates of a classification
"""

from segmart.risk.engine import fit_risk, score_risk

__all__ = ["fit_risk", "score_risk"]
