"""Segmentation: declared in YAML, learned from a feature table, kept in a registry, applied as SQL.

What it shares with other kinds of models is in `segmart.learning`. The way of a fit through the modules:

    declaration   what was declared, validated
    prepared      customers brought to points: recipes, neighbours (`segmart.learning`) and the components of
                  reduction, kept together as a preparation
    algorithms    the algorithm that was declared, one interface for all:
                  clustering (k-means), mixture (Gaussians), hierarchy (Ward's joins)
    partition     which segment any point belongs to: the nearest centroid's, the most probable component's
    silhouettes, validity, stability, search, verdict
                  every number of segments tried, one chosen, and what the result may be called
    identity      a refit's segments matched to the champion's, so that ids survive
    naming        names, in the language that was chosen, and profiles for the segments
    components    principal components: the plane in which segments are drawn, and those of a reduction
    ranking       segments in the order of a risk that several features speak of
    figures       the search as metrics and curves, with algorithm_figures: those of one algorithm only
    artefact      the result as text, complete
    promotion     whether a challenger replaces the champion
    renaming      the champion under other names
    population    one population, from a frame to an artefact
    fitting       a whole model, from the feature table to registry rows

and of its use:

    assignment    every customer to a segment, as SQL (`assignment_sql`, `partition_sql`) and as numpy
                  (`assignment_rows`, `assignment_batches`)
    explanation   which features raise a customer's risk most, where segments are ranked by one
    changes       the smallest change that would move a customer to another segment (`moves`,
                  `mixture_changes`)
"""

from segmart.segmentation.assignment import assign_segments
from segmart.segmentation.explanation import explain_segments
from segmart.segmentation.fitting import fit_segmentation

__all__ = ["assign_segments", "explain_segments", "fit_segmentation"]
