"""Profile segments of the demo's people, held against the groups that were planted."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score


@pytest.fixture(scope="module")
def profiles(built, truth) -> pd.DataFrame:
    found = built.mart("mart_profile_segments", "customer_id")
    return found.merge(truth[["customer_id", "profile_group"]], on="customer_id", how="left")


def test_the_planted_groups_of_people_are_found_again(profiles):
    people = profiles[profiles["profile_segment_id"].notna()]
    assert len(people) > 4_500
    assert people["profile_segment_id"].nunique() == 5
    assert adjusted_rand_score(people["profile_group"], people["profile_segment_id"]) > 0.9
    assert people["profile_verdict"].isin(["natural", "reproducible"]).all()


def test_a_company_has_a_row_no_segment_and_a_reason(profiles):
    companies = profiles[profiles["customer_type"] == "corporate"]
    assert len(companies) > 100
    assert companies["profile_segment"].isna().all()
    assert set(companies["profile_unassigned_reason"]) == {"a company has no age and no spending score"}
    assert profiles["profile_segment"].notna().equals(profiles["profile_unassigned_reason"].isna())


def test_what_a_profile_says_of_trades_is_what_the_ledger_says(built, profiles):
    ledger = built.query(
        "select customer_id, trade_count_365d, traded_notional_usd_365d from features.ftr_rfmn"
    )
    both = profiles.merge(ledger, on="customer_id", suffixes=("", "_of_ledger"), validate="one_to_one")
    assert len(both) == len(ledger)
    assert (both["trade_count_365d"] == both["trade_count_365d_of_ledger"]).all()
    traded = both["avg_trade_notional_usd_365d"] * both["trade_count_365d"]
    has_traded = both["trade_count_365d"] > 0
    assert np.allclose(traded[has_traded], both.loc[has_traded, "traded_notional_usd_365d"])
    assert traded[~has_traded].isna().all()


def test_centres_are_in_the_units_of_their_features(built, profiles):
    centres = built.query(
        "select segment_id, feature, centroid_value from marts.mart_segment_centroids "
        "where segmentation = 'profile_segments'"
    ).pivot(index="segment_id", columns="feature", values="centroid_value")
    members = profiles.groupby("profile_segment_id")
    # A score that is not known counts as the median of all, which moves a centre a little.
    assert np.allclose(centres["spending_score"], members["spending_score"].mean(), rtol=0.05)
    # Income is learned as a logarithm: its centre is a geometric mean.
    income = members["annual_income_usd"].apply(lambda values: np.exp(np.log(values).mean()))
    assert np.allclose(centres["annual_income_usd"], income, rtol=0.05)


def test_what_is_personal_of_a_profile_is_not_published(built, tmp_path):
    publication = built.publish(tmp_path / "published")
    published = pd.read_parquet(publication.directory / "mart_profile_segments.parquet")
    assert "age_band" in published
    assert not {"age_years", "annual_income_usd", "spending_score"} & set(published.columns)
