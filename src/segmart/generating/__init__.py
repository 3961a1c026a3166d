"""Writes the models for a table of one's own: dbt files as a careful person would have written them by hand.

    names                 of models, and of columns in the file and in the warehouse
    reading               a file, and what is seen of each of its columns
    deciding              what becomes of a column and why, whatever the model
    segmenting            ... in a segmentation
    predicting            ... in a risk model, and what its label says
    text                  text from a file inside YAML and comments
    writing               what the files of all models have in common
    writing_segmentation  the files of a segmentation
    writing_risk          the files of a risk model
    project_file          entries in dbt_project.yml
    placing               files into the project, all or none
    telling               what is printed in the end
    generate              all of it, one after the other

Only `reading` and `placing` touch files; what lies between are pure functions.
"""

from segmart.generating.generate import RiskRequest, SegmentationRequest, new_risk_model, new_segmentation

__all__ = ["RiskRequest", "SegmentationRequest", "new_risk_model", "new_segmentation"]
