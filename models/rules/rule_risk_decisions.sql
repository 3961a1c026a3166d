-- One row per row that a classification of the variable `scored` has scored: band, decision and reasons, in the words
-- of the seeds.

{{ risk_decisions(var('scored')) }}
