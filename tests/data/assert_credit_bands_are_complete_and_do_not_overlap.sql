-- The bands are complete and do not overlap: whatever the points, one band holds. Returned: points that meet none or
-- several. Only at the edges can that change.

with

bands as (

    select * from {{ ref('credit_bands') }}

),

edges as (

    select points_from as points from bands
    union
    select points_below as points from bands

),

around_the_edges as (

    select points from edges
    union
    select points - 1 as points from edges

),

final as (

    select
        around_the_edges.points,
        count(bands.band) as band_count

    from around_the_edges

    left join bands
        on
            (bands.points_from is null or around_the_edges.points >= bands.points_from)
            and (bands.points_below is null or around_the_edges.points < bands.points_below)

    where around_the_edges.points is not null

    group by around_the_edges.points

)

select * from final

where band_count <> 1
