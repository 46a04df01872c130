"""What the pages read: each view agrees with the metrics and with the files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from unipact.agreement.engine.terms import Span
from unipact.campus.queries import (
    building_list,
    detectable_savings,
    load_heat_map,
    meter_days,
    savings_statement,
    temperature_scatter,
)
from unipact.campus.tests.lakes import (
    BASELINE,
    HALF_YEAR,
    ZONE,
    answer,
    example_lake,
    request,
    session_of,
)
from unipact.errors import NotFound


@pytest.fixture(scope="module")
def session():
    return session_of(example_lake())


def test_the_list_shows_every_meter_with_its_last_year(session) -> None:
    found = building_list(session, until=date(2020, 1, 1), zone=ZONE)
    assert len(found) == 31
    assert [each.building_id for each in found[:3]] == ["b0", "b2", "b5"]
    year = Span(date(2019, 1, 2), date(2020, 1, 1))
    for each in (found[0], found[4]):
        asked = request("campus.electricity_kwh", {"building": each.building_id}, period=year)
        assert each.year_kwh == answer(example_lake(), asked).value
        assert 0.9 < each.coverage <= 1
        assert each.name.zh == f"建筑 {each.building_id}"


def test_the_list_of_an_early_day_knows_nothing_later(session) -> None:
    found = building_list(session, until=date(2014, 7, 1), zone=ZONE)
    assert all(each.change is None for each in found)
    assert all(each.last is not None and each.last.year == 2014 for each in found)


def test_the_load_map_is_on_the_buildings_own_clock(session) -> None:
    found = load_heat_map(session, span=BASELINE, zone=ZONE, meter="electricity")
    assert found.zone == "Europe/London"
    assert len(found.cells) == 168
    mean = {(each.weekday, each.hour): each.mean_kwh for each in found.cells}
    assert mean[1, 11] > 1.2 * mean[1, 3]
    assert mean[1, 11] > 1.1 * mean[6, 11]


def test_the_load_map_adds_up_to_the_energy_of_its_span(session) -> None:
    found = load_heat_map(session, span=BASELINE, zone=ZONE, meter="electricity", building="b21")
    total = sum(each.mean_kwh * each.hours for each in found.cells)
    asked = request(
        "campus.electricity_kwh", {"building": "b21"}, period=BASELINE, as_of=date(2019, 6, 30)
    )
    metered = answer(example_lake(), asked).value
    assert metered is not None
    assert total == pytest.approx(float(metered))


def test_the_scatter_has_a_line_through_its_days(session) -> None:
    found = temperature_scatter(session, building="b7", baseline=BASELINE, zone=ZONE)
    assert found.refused is None
    assert len(found.days) > 350
    workdays = [each for each in found.days if not each.is_weekend]
    line = [kwh for _, kwh in found.workday_line]
    low, high = min(each.kwh for each in workdays), max(each.kwh for each in workdays)
    assert all(low < kwh < high for kwh in line)
    # The meter needs more in the cold: the line falls.
    assert line[0] > line[-1]


def test_a_short_baseline_gives_days_without_a_line(session) -> None:
    short = Span(date(2019, 6, 1), date(2019, 7, 1))
    found = temperature_scatter(session, building="b7", baseline=short, zone=ZONE)
    assert len(found.days) == 30
    assert found.workday_line == ()
    assert found.refused is not None
    assert found.refused.zh


def test_a_building_without_a_meter_is_not_found(session) -> None:
    with pytest.raises(NotFound):
        meter_days(session, building="b99", baseline=BASELINE, reporting=HALF_YEAR, zone=ZONE)


def test_the_days_of_a_meter_sum_to_its_metric(session) -> None:
    found = meter_days(session, building="b7", baseline=BASELINE, reporting=HALF_YEAR, zone=ZONE)
    assert len(found) == HALF_YEAR.days
    total = sum(each.avoided_kwh or 0 for each in found)
    asked = request("campus.avoided_energy_kwh", {"building": "b7"})
    assert answer(example_lake(), asked).value == round(Decimal(total), 0)


def test_the_statement_is_the_metric_month_by_month(session) -> None:
    found = savings_statement(session, baseline=BASELINE, reporting=HALF_YEAR, zone=ZONE)
    share = answer(example_lake(), request("campus.energy_savings_share"))
    energy = answer(example_lake(), request("campus.avoided_energy_kwh"))
    assert round(Decimal(found.share), 4) == share.value
    assert [each.span.start.month for each in found.months] == [7, 8, 9, 10, 11, 12]
    assert round(Decimal(found.months[-1].cumulative_kwh), 0) == energy.value
    assert share.interval is not None
    last = found.months[-1]
    assert last.low_kwh / found.expected_kwh == pytest.approx(float(share.interval.low), abs=1e-4)
    assert last.high_kwh / found.expected_kwh == pytest.approx(float(share.interval.high), abs=1e-4)
    widths = [each.high_kwh - each.low_kwh for each in found.months]
    assert widths == sorted(widths)


def test_a_pool_shows_a_smaller_saving_than_any_of_its_meters(session) -> None:
    found = detectable_savings(session, baseline=BASELINE, days=184, zone=ZONE)
    assert found.pool is not None
    assert len(found.meters) + len(found.excluded) == 31
    assert 0.02 < found.pool < min(found.meters.values())


def test_what_could_be_detected_needs_nothing_of_the_reporting_period(session) -> None:
    days = HALF_YEAR.days
    before = detectable_savings(session, baseline=BASELINE, days=days, zone=ZONE)
    after = savings_statement(
        session, baseline=BASELINE, reporting=HALF_YEAR, zone=ZONE, building="b7"
    )
    assert before.meters["b7"] == pytest.approx(after.detectable_share)
