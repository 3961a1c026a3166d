"""What every learned model shares, whatever it learns.

declaration   the YAML block, validated; features and how they are prepared
guards        what must not be learned from: ids, empty and infinite columns, a wrong grain
preparation   raw values to scaled coordinates: impute, cap, transform, scale, weigh
provenance    what a fit rested on: hashes of contract and data, versions of libraries
registry      the append-only rows, the champion among them, when a refit is due
fitting       one possible fit, from its reason to its registry row
intervals     bootstrap intervals
figures       metrics and curve points in long form
scoring       the champion or why there is none; rows without a score
stored        artefacts read back
trees         ensembles of trees as arrays and as text
json_text     deterministic JSON
"""
