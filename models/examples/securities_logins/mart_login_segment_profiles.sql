-- One row per login segment and feature: what is typical, and how much it varies.

{% set features = ['login_day_count_1m', 'login_day_count_2m', 'login_day_count_3m', 'login_day_count_6m'] %}

with

customers as (

    select * from {{ ref('mart_login_segments') }}

),

segments_profiled as (

    select
        login_segment,
        {{ profile_columns(features) }}

    from customers

    group by login_segment

),

segments_by_feature as (

    {{ profile_rows('segments_profiled', ['login_segment'], features) }}

)

select * from segments_by_feature
