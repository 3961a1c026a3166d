"""Pure Python behind segmart's dbt models: frames and arrays in, frames and arrays out."""
