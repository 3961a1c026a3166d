"""What is particular to probabilities of an event (1, bad) against its absence (0, good).

Evaluation: `metrics` (sums over a `ranking`, in `bins`), `curves`, `distributions`, `cut_off` (by stated
costs) and `subgroups`; `inputs` checks what all of them take. Learning: `imbalance` (class weights, `smote`),
`out_of_fold` (the only way to a probability that may be judged), `calibration` (the maps, learned in
`calibration_fitting`) and `calibration_choice` (which of them, if any). All take arrays and give rows; none
knows which model made a probability.
"""
