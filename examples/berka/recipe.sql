-- From the tables of the bank to what was known of a loan before the day it was granted. One row per loan; an account
-- has at most one.
--
--   label         B (finished, not paid) and D (running, in debt) are bad. A and B are finished, so is_bad is known.
--                 C and D are running and may end otherwise: is_bad is null, is_bad_so_far is what others learn from.
--                 Whether a loan is finished follows from its dates alone (granted plus term, by the end of 1998), not
--                 from how it went: finished loans are the early and short ones, but not chosen by outcome
--   when          the file has the day of granting and not of applying: that is the application date here
--   transactions  only those until March 1994 are there, and 522 of the 682 loans have none before them: features null.
--                 The last day may be incomplete and is left out. Of 160 loans something is seen, of 38 all of it; of
--                 the other 122 up to 21 months before the loan are missing (unseen_days_before_loan). Which loans have
--                 a history depends on their date: a model that reads "missing" reads the calendar
--   orders        left out: they carry no date, and every loan has the order for its own instalment among them
--   second user   left out: `disp` carries no date. None of the 76 bad loans has a second person with access to the
--                 account, 145 of the 606 others do. It may be a reason, or may have come later
--   card          issued before the day of granting
--   district      that of the branch. Inhabitants, urban share, wages and entrepreneurs carry no year and may be later
--                 than the loan: they tell districts apart, know nothing of the borrower and cannot leak an outcome.
--                 Unemployment and crimes are of 1995 and 1996, after two thirds of the finished loans: left out
--   protected     sex and age are in the birth number of the account's owner (month plus 50 for women): a table of
--                 their own, for monitoring. 30 owners are below 18 when the loan is granted, the youngest 13: left so
--   years         have two digits, all of 19..: left to itself, strptime takes 45 for 2045

create temporary macro to_date(yymmdd) as cast(strptime('19' || yymmdd, '%Y%m%d') as date);

create temporary macro read_table(name) as table
select *
from read_csv(getvariable('data') || '/' || name, delim = ';', all_varchar = true, header = true, nullstr = ['', '?']);

create temporary table loans as
select
    loan_id as application_id,
    account_id,
    to_date(date) as application_date,
    date '1998-12-31' as as_of_date,
    cast(amount as decimal(18, 2)) as amount_czk,
    cast(duration as integer) as term_months,
    cast(payments as decimal(18, 2)) as instalment_czk,
    status
from read_table('loan.csv');

create temporary view accounts as
select
    account_id,
    district_id,
    to_date(date) as opened_date,
    case frequency
        when 'POPLATEK MESICNE' then 'monthly'
        when 'POPLATEK TYDNE' then 'weekly'
        when 'POPLATEK PO OBRATU' then 'after each transaction'
        else frequency
    end as statement_frequency
from read_table('account.csv');

create temporary view owners as
select
    disp.account_id,
    client.client_id as customer_id,
    cast(substr(client.birth_number, 3, 2) as integer) > 50 as is_woman,
    to_date(
        cast(
            cast(client.birth_number as integer)
            - case when cast(substr(client.birth_number, 3, 2) as integer) > 50 then 5000 else 0 end as varchar
        )
    ) as birth_date
from read_table('disp.csv') as disp
inner join read_table('client.csv') as client
    on disp.client_id = client.client_id
where disp.type = 'OWNER';

create temporary view cards as
select
    disp.account_id,
    min(to_date(left(card.issued, 6))) as first_card_date
from read_table('card.csv') as card
inner join read_table('disp.csv') as disp
    on card.disp_id = disp.disp_id
group by disp.account_id;

create temporary view districts as
select
    A1 as district_id,
    A3 as region,
    cast(A4 as integer) as inhabitants,
    round(cast(A10 as double) / 100, 3) as urban_ratio,
    cast(A11 as double) as average_salary_czk,
    cast(A14 as double) as entrepreneurs_per_1000
from read_table('district.csv');

-- What is seen of an account before its loan; a cash withdrawal has a type of its own and is money out.
create temporary view transactions_before_loans as
select
    loans.application_id,
    loans.application_date,
    least(loans.application_date, date '1994-03-31') as seen_until_date,
    to_date(transactions.date) as transaction_date,
    transactions.type = 'PRIJEM' as is_credit,
    coalesce(transactions.k_symbol, '') as purpose,
    cast(transactions.amount as decimal(18, 2)) as amount_czk,
    cast(transactions.balance as decimal(18, 2)) as balance_czk
from loans
inner join read_table('trans_until_1994_03.csv.gz') as transactions
    on loans.account_id = transactions.account_id
where to_date(transactions.date) < least(loans.application_date, date '1994-03-31');

create temporary view histories as
select
    application_id,
    date_diff('day', min(transaction_date), any_value(seen_until_date)) as history_days,
    date_diff('day', any_value(seen_until_date), any_value(application_date)) as unseen_days_before_loan,
    count(*) as transaction_count,
    cast(sum(amount_czk) filter (where is_credit and purpose <> 'UROK') as double) as paid_in_czk,
    cast(sum(amount_czk) filter (where not is_credit) as double) as paid_out_czk,
    cast(sum(balance_czk) as double) / count(*) as mean_balance_czk,
    cast(min(balance_czk) as double) as min_balance_czk,
    count(*) filter (where balance_czk < 0) as overdrawn_count,
    count(*) filter (where purpose = 'SANKC. UROK') as penalty_interest_count
from transactions_before_loans
group by application_id;

copy (
    select
        loans.application_id,
        owners.customer_id,
        loans.application_date,
        loans.as_of_date,
        cast(loans.amount_czk as double) as amount_czk,
        loans.term_months,
        cast(loans.instalment_czk as double) as instalment_czk,
        accounts.statement_frequency,
        cast(date_diff('day', accounts.opened_date, loans.application_date) as integer) as account_age_days,
        coalesce(cards.first_card_date < loans.application_date, false) as has_card,
        districts.region as branch_region,
        districts.inhabitants as branch_inhabitants,
        districts.urban_ratio as branch_urban_ratio,
        districts.average_salary_czk as branch_average_salary_czk,
        districts.entrepreneurs_per_1000 as branch_entrepreneurs_per_1000,
        cast(loans.instalment_czk as double) / districts.average_salary_czk as instalment_to_average_salary_ratio,
        cast(histories.history_days as integer) as history_days,
        cast(histories.unseen_days_before_loan as integer) as unseen_days_before_loan,
        cast(histories.transaction_count as integer) as transaction_count,

        -- Of less than a month, a month's figure would be a guess.
        case
            when histories.history_days >= 30 then 30 * coalesce(histories.paid_in_czk, 0) / histories.history_days
        end as paid_in_czk_per_30_days,
        case
            when histories.history_days >= 30 then 30 * coalesce(histories.paid_out_czk, 0) / histories.history_days
        end as paid_out_czk_per_30_days,
        histories.mean_balance_czk,
        histories.min_balance_czk,
        cast(histories.overdrawn_count as integer) as overdrawn_count,
        cast(histories.penalty_interest_count as integer) as penalty_interest_count
    from loans
    inner join accounts
        on loans.account_id = accounts.account_id
    inner join owners
        on loans.account_id = owners.account_id
    left join cards
        on loans.account_id = cards.account_id
    left join districts
        on accounts.district_id = districts.district_id
    left join histories
        on loans.application_id = histories.application_id
) to (getvariable('out') || '/ftr_berka.parquet') (format parquet);

copy (
    select
        loans.application_id,
        owners.customer_id,
        loans.application_date,
        loans.as_of_date,
        case when owners.is_woman then 'female' else 'male' end as sex,
        cast(date_part('year', age(loans.application_date, owners.birth_date)) as integer) as age_years,
        case
            when age(loans.application_date, owners.birth_date) < interval '25' year then 'below 25'
            when age(loans.application_date, owners.birth_date) < interval '60' year then '25 to 59'
            else '60 and over'
        end as age_group
    from loans
    inner join owners
        on loans.account_id = owners.account_id
) to (getvariable('out') || '/ftr_berka_protected.parquet') (format parquet);

copy (
    select
        application_id,
        application_date,
        as_of_date,
        cast(application_date + to_months(term_months) as date) as outcome_date,
        status in ('A', 'B') as is_mature,
        case status when 'A' then false when 'B' then true end as is_bad,
        status in ('B', 'D') as is_bad_so_far,
        case status
            when 'A' then 'finished, paid'
            when 'B' then 'finished, not paid'
            when 'C' then 'running, no trouble'
            when 'D' then 'running, in debt'
            else status
        end as loan_status
    from loans
) to (getvariable('out') || '/lbl_berka.parquet') (format parquet);
