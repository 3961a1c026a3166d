-- From the public file to a feature table and a label table. New names, the three products the notebook adds, and nothing
-- else. `segment` is the group the file was generated from; the notebook clusters on `risk_score` as well, so the score is
-- a feature of the segments and the label of the risk model.

create temporary view users as
select
    user_id as customer_id,
    date '2025-12-31' as as_of_date,
    segment as given_segment,
    cast(trade_frequency_per_week as integer) as trade_frequency_per_week,
    cast(portfolio_value_usd as double) as portfolio_value_usd,
    cast(risk_score as double) as risk_score,
    cast(avg_holding_days as double) as avg_holding_days,
    cast(volatility_exposure as double) as volatility_exposure
from read_csv(getvariable('data') || '/crypto_users_50000.csv', all_varchar = true, header = true);

copy (
    select
        *,
        trade_frequency_per_week * volatility_exposure as frequency_x_volatility,
        portfolio_value_usd * volatility_exposure as portfolio_x_volatility,
        trade_frequency_per_week / (avg_holding_days + 1) as frequency_per_holding_day
    from users
) to (getvariable('out') || '/ftr_crypto_users.parquet') (format parquet);

copy (
    select
        customer_id,
        as_of_date,
        risk_score
    from users
) to (getvariable('out') || '/lbl_crypto_risk.parquet') (format parquet);
