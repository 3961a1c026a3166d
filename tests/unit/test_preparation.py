"""Raw values to coordinates and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from segmentation_cases import recipe

from segmart.learning.declaration import Feature
from segmart.learning.preparation import (
    COORDINATE_LIMIT,
    UnlearnableError,
    fit_recipe,
    rounded,
    step_of,
)

TRANSFORMS = ["none", "log1p", "signed_log1p"]
AMOUNTS = np.random.default_rng(7).lognormal(3, 1, size=500)


def fitted(values, **declared):
    return fit_recipe(Feature(name="amount", **declared), np.asarray(values, dtype=float), step=0.01)


def refusal(values, **declared) -> UnlearnableError:
    with pytest.raises(UnlearnableError) as caught:
        fitted(values, **declared)
    return caught.value


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_standard_coordinates_have_mean_0_and_deviation_1(transform):
    coordinates = fitted(AMOUNTS, transform=transform).coordinates(AMOUNTS)

    assert coordinates.mean() == pytest.approx(0, abs=1e-9)
    assert coordinates.std() == pytest.approx(1)


def test_minmax_coordinates_go_from_0_to_1():
    coordinates = fitted(AMOUNTS, scaler="minmax").coordinates(AMOUNTS)

    assert (coordinates.min(), coordinates.max()) == (pytest.approx(0, abs=1e-9), pytest.approx(1))


def test_robust_coordinates_have_their_middle_half_one_unit_wide_around_0():
    coordinates = fitted(AMOUNTS, scaler="robust").coordinates(AMOUNTS)

    first, middle, third = np.quantile(coordinates, [0.25, 0.5, 0.75])
    assert (middle, third - first) == (pytest.approx(0, abs=1e-9), pytest.approx(1))


def test_without_a_scaler_and_transform_coordinates_are_the_values():
    assert fitted(AMOUNTS, scaler="none").coordinates(AMOUNTS) == pytest.approx(AMOUNTS)


def test_a_weight_stretches_the_coordinate():
    light, heavy = fitted(AMOUNTS), fitted(AMOUNTS, weight=2)

    assert heavy.coordinates(AMOUNTS) == pytest.approx(2 * light.coordinates(AMOUNTS))


def test_missing_values_take_the_declared_place():
    values = [1.0, 5.0, 9.0, np.nan]

    assert fitted(values, impute="zero").coordinates(np.array([np.nan, 0.0]))[0] == fitted(
        values, impute="zero"
    ).coordinates(np.array([0.0]))
    assert fitted(values, impute="median").impute_value == 5
    assert np.isnan(fitted(values, impute="refuse").coordinates(np.array([np.nan]))).all()


def test_imputed_zeros_count_in_what_is_learned():
    assert fitted([2.0, 4.0, np.nan], impute="zero").center == 2


def test_values_beyond_a_quantile_cap_count_as_the_cap():
    values = np.arange(101.0)
    capped = fitted(values, cap={"method": "quantile", "lower": 0.1, "upper": 0.9})

    assert (capped.lower, capped.upper) == (10, 90)
    assert capped.coordinates(np.array([95.0])) == capped.coordinates(np.array([90.0]))
    assert capped.coordinates(np.array([5.0])) == capped.coordinates(np.array([10.0]))


def test_an_interquartile_cap_lies_the_declared_number_of_ranges_outside_the_quartiles():
    capped = fitted(np.arange(101.0), cap={"method": "iqr", "multiplier": 1.5})

    assert (capped.lower, capped.upper) == (25 - 75, 75 + 75)


def test_a_constant_is_an_emptiness():
    error = refusal([3.0] * 40)

    assert error.finding == "is 3 in every one of 40 rows: it tells no two customers apart"
    assert error.is_emptiness


def test_the_last_digits_of_a_sum_do_not_make_a_constant_vary():
    assert refusal([0.3, 0.1 + 0.2]).is_emptiness


def test_a_cap_that_leaves_a_constant_is_named_as_the_cause():
    mostly_zero = [0.0] * 90 + list(range(1, 11))

    error = refusal(mostly_zero, cap={"method": "iqr", "multiplier": 1.5})
    assert "its cap leaves 0 in every one of 100 rows" in error.finding
    assert "high quantile" in error.remedy


def test_a_column_without_values_is_an_emptiness():
    error = refusal([np.nan, np.nan], impute="zero")

    assert error.finding == "holds no value"
    assert error.is_emptiness


def test_negative_values_are_no_matter_for_log1p():
    error = refusal([-4.0, -1.0, 5.0], transform="log1p")

    assert "is below 0 in 2 of 3 rows" in error.finding
    assert "signed_log1p" in error.remedy
    assert not error.is_emptiness


def test_values_too_large_to_scale_are_refused_with_a_remedy():
    error = refusal([1.0, 1e308, -1e308])

    assert "up to 1.0e+308" in error.finding
    assert "logarithm" in error.remedy
    assert fitted([1.0, 1e308, -1e308], transform="signed_log1p").scale > 0


def test_a_spread_of_nothing_between_the_quartiles_is_no_scale():
    assert "no spread" in refusal([0.0] * 90 + [1.0] * 10, scaler="robust").finding


@given(
    value=st.floats(-1e6, 1e6),
    transform=st.sampled_from(TRANSFORMS),
    center=st.floats(-10, 10),
    scale=st.floats(0.1, 10),
    weight=st.floats(0.1, 10),
)
def test_the_way_back_ends_where_it_began(value, transform, center, scale, weight):
    value = abs(value) if transform == "log1p" else value
    there = recipe("amount", transform=transform, center=center, scale=scale, weight=weight)

    back = there.values(there.coordinates(np.array([value])))

    if abs(there.coordinates(np.array([value]))[0]) < COORDINATE_LIMIT:
        assert back[0] == pytest.approx(value, rel=1e-6, abs=1e-6)


@given(values=st.lists(st.floats(0, 1e9), min_size=2), transform=st.sampled_from(TRANSFORMS))
def test_a_larger_value_never_has_a_smaller_coordinate(values, transform):
    coordinates = recipe("amount", transform=transform, lower=1.0, upper=1e6).coordinates(np.sort(values))

    assert (np.diff(coordinates) >= 0).all()


@pytest.mark.parametrize("value", [1.7e308, -1.7e308, np.inf])
def test_no_value_is_farther_out_than_the_limit(value):
    coordinate = recipe("amount", scale=1e-9).coordinates(np.array([value]))[0]

    assert abs(coordinate) == COORDINATE_LIMIT


@pytest.mark.parametrize(
    ("kind", "name", "step"),
    [
        ("INTEGER", "trade_count_365d", 1),
        ("BOOLEAN", "is_exposed", 1),
        ("DECIMAL(18,3)", "quantity", 0.001),
        ("DOUBLE", "net_asset_value_usd", 0.01),
        ("DOUBLE", "traded_notional_usd_365d", 0.01),
        ("DOUBLE", "turnover_ratio_180d", 0.0001),
    ],
)
def test_a_step_is_the_smallest_difference_a_column_holds(kind, name, step):
    assert step_of(kind, name) == pytest.approx(step)


def test_stored_numbers_have_twelve_significant_digits():
    assert rounded(np.array([1 / 3, 2e20 / 3, 0.0])).tolist() == [0.333333333333, 6.66666666667e19, 0.0]
