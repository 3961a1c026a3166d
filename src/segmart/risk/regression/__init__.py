"""Regression: a number predicted from behaviour. The way of a fit through the modules:

    declaration   what was declared, validated
    leakage       features that give the label away
    customers     customers as arrays
    splitting     who is learned from and who is judged
    candidates    how each kind of model is trained
    predictors    what a trained model says, and how it is written down
    evaluation    everybody trained, everybody judged on customers they have not seen
    conformal     prediction intervals
    metrics, curves
                  figures and points to draw
    learning      all of the above, from labelled customers to an artefact
    artefact      the result as text, complete
    promotion     whether a challenger replaces the champion
    fitting       a whole model, from tables to its registry row

and of its use:

    scoring       every customer by the model of their fold, batch by batch
"""
