"""Writes the models for a table of one's own: dbt files as a careful person would have written them by hand.

    names                 of models, and of columns in the file and in the warehouse
    opening               a file as a table
    reading               what is seen of each of its columns
    deciding              what becomes of a column and why, whatever the model
    segmenting            ... in a segmentation
    preparing             ... and how a feature of it becomes coordinates
    predicting            ... in a risk model, and what its label says
    checking              what must hold before anything is written
    text                  text from a file inside YAML and comments
    writing               what the files of all models have in common
    writing_segmentation  the feature model and the mart of a segmentation
    writing_risk          those of a risk model, with its label
    writing_learned       declarations and Python entries of both
    project_file          entries in dbt_project.yml
    placing               files into the project, all or none
    telling               what is printed in the end
    generate              all of it, one after the other

Files are touched by `opening`, `checking` and `placing`; what is decided and written are pure functions.
"""

from segmart.generating.generate import RiskRequest, SegmentationRequest, new_risk_model, new_segmentation

__all__ = ["RiskRequest", "SegmentationRequest", "new_risk_model", "new_segmentation"]
