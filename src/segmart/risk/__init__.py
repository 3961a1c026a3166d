"""Risk: a label predicted from behaviour, declared in YAML, beside baselines it has to beat.

What it shares with other kinds of models is in `segmart.learning`. The way of a fit through the modules:

    declaration   what was declared, validated
    tables        features, segments and labels of one date brought together
    leakage       features that give the label away
    customers     customers as arrays
    splitting     who is learned from and who is judged
    candidates    how each kind of model is trained
    predictors    what a trained model says, and how it is written down
    evaluation    everybody trained, everybody judged on customers they have not seen
    resampling    the bootstrap behind every interval
    choice        who serves, and whether there is any skill
    conformal     prediction intervals
    metrics, curves
                  figures and points to draw
    learning      all of the above, from labelled customers to an artefact
    artefact      the result as text, complete
    promotion     whether a challenger replaces the champion
    fitting       a whole model, from tables to its registry row

and of its use:

    scoring       every customer by the model of their fold, batch by batch

Of these, `metrics` and `curves` speak of numbers only; the rest asks for no more than a label and a loss.
"""

from segmart.risk.fitting import fit_risk
from segmart.risk.scoring import score_risk, score_rows

__all__ = ["fit_risk", "score_risk", "score_rows"]
