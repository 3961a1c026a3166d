"""Anomalies: declared in YAML, learned from a feature table, kept in a registry, applied in batches.

What it shares with other kinds of models is in `segmart.learning`. The way of a fit through the modules:

    declaration   what was declared, validated
    crowd, dbscan who is near whom, exactly; clusters and noise without listing all pairs
    epsilon       the knee of the k-distance curve; what other values of eps would give
    density       DBSCAN as a detector that also scores those it was not fitted on
    isolation     an isolation forest beside it, and when its score is a flag
    verdict       what the outcome may be called; which detector serves
    agreement, stability, figures
                  whether the flags come back, overlap and exceed what chance or no structure gives
    artefact      the result as text, complete
    promotion     whether a challenger replaces the champion
    population    one population, from a frame to an artefact
    fitting       a whole model, from the feature table to registry rows

and of its use:

    scoring       every customer scored, in batches or one by one
    reasons       what makes a flagged customer unusual
"""

from segmart.anomaly.fitting import fit_anomalies
from segmart.anomaly.scoring import score_anomalies, score_rows

__all__ = ["fit_anomalies", "score_anomalies", "score_rows"]
