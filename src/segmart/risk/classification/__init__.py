"""Classification: the probability of an event (1, bad) against its absence (0, good).

The way of a fit through the modules:

    declaration        what was declared, validated
    columns, protected features with their kinds, and groups of people that are watched
    labelled           rows whose outcome is known, as arrays
    leakage            features that give the label away
    splitting          who is learned from and who is judged: out of time, by folds, a share
    development        one candidate: options searched, calibration chosen, trained
      models           what is trained, and what its features contribute
      imbalance, smote rows rebalanced, only those that are learned from
      out_of_fold      the only way to a probability that may be judged
      calibration, calibration_fitting, calibration_choice
                       from scores to probabilities
      calibrated       a model with its calibration
      printed_card     a scorecard whose points are those of the probability
    judging            everybody developed on some rows and judged on others
    metrics, ranking, bins, curves, distributions, cut_off, subgroups
                       what figures and curves mean; `inputs` checks what all of them take
    figures            all of them, of one fit
    calibration_verdict
                       what may be said of the probabilities of what serves
    learning           from labelled rows to an artefact
    artefact           the result as text, complete
    promotion          whether a challenger replaces the champion
    population         tables to labelled rows: features, labels, segments, protected attributes
    fitting            a whole model, from tables to its registry row

and of its use:

    scoring            every row, batch by batch
      explaining       reasons, and the smallest change that would move a decision
"""
