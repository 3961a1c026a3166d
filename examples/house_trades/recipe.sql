-- From the public file to the brokerage sources. A recipe only renames and rearranges: what is wrong with a row is for
-- staging to say, so a value that has no counterpart is passed on as it stands and ends in the quarantine under its
-- own text.
--
--   who           the representative is the customer; the file knows nothing else of them
--   what          the ticker is the asset; `--` is none
--   when          transaction_date is the trade, disclosure_date the recording
--   how much      the law asks for a range of value: its middle, as that many units at 1 USD. An open range
--                 (`$1,001 -`, `$1,000,000 +`) has no middle and is passed on as text
--   which side    purchase is a buy, both sorts of sale are a sell; an exchange is neither and passed on
--   which trade   rows carry no key: equal rows get equal keys, so that a repeated row is a duplicate

create temporary view disclosures as
select *
from read_csv(getvariable('data') || '/house_transactions.csv.gz', all_varchar = true, header = true);

create temporary view trades as
select
    md5(cast(disclosures as varchar)) as trade_id,
    representative as customer_id,
    nullif(ticker, '--') as asset_id,
    case
        when type = 'purchase' then 'buy'
        when type like 'sale%' then 'sell'
        else type
    end as side,
    replace(regexp_extract_all(amount, '[0-9,]+')[1], ',', '') as range_from_usd,
    replace(regexp_extract_all(amount, '[0-9,]+')[2], ',', '') as range_to_usd,
    amount,
    transaction_date as traded_at,
    strptime(disclosure_date, '%m/%d/%Y') as recorded_at
from disclosures;

copy (
    select
        trade_id,
        customer_id,
        asset_id,
        side,
        coalesce(
            cast((cast(range_from_usd as double) + cast(range_to_usd as double)) / 2 as varchar), amount
        ) as quantity,
        1.0 as price_usd,
        traded_at,
        recorded_at
    from trades
) to (getvariable('out') || '/brokerage/trades.parquet') (format parquet);

copy (
    select distinct
        representative as customer_id,
        'US' as country,
        'individual' as customer_type
    from disclosures
) to (getvariable('out') || '/brokerage/customers.parquet') (format parquet);

copy (
    select
        ticker as asset_id,
        min(asset_description) as asset_name
    from disclosures
    where ticker <> '--'
    group by ticker
) to (getvariable('out') || '/brokerage/assets.parquet') (format parquet);
