"""The lines at the end of a build: who the customers are, how sure we are, where to look.

It reads what is published and nothing else. A mart that is not there is said in the place of its line.
"""

from contextlib import closing
from itertools import groupby
from pathlib import Path

import duckdb

from segmart.publishing import DATABASE, MANIFEST, REPORT, identifier, read_manifest, resolve

CUSTOMERS = """
    select activity_status, count(*) as customers
    from mart_customer_segments
    group by activity_status
    order by activity_status
"""

AGREEMENT = """
    select agreement, count(*) as customers
    from mart_customer_segments
    group by agreement
    order by agreement
"""

# The index is corrected for chance: 0 is what two unrelated divisions reach, 1 is equality.
RAND_INDEX = """
    select
        activity_status,
        max(adjusted_rand_index),
        max(adjusted_rand_index_low),
        max(adjusted_rand_index_high)
    from mart_segment_mapping
    where adjusted_rand_index is not null
    group by activity_status
    order by activity_status
"""

ANOMALIES = """
    select count_if(is_anomaly), count(anomaly_score), max(anomaly_verdict)
    from mart_anomalies
"""

APPETITE = """
    select
        count_if(contradiction not in ('consistent', 'not compared')),
        count_if(contradiction <> 'not compared'),
        max(skill_verdict)
    from mart_risk_appetite
"""

CREDIT = """
    select
        count(probability_of_default),
        count_if(decision = 'approve'),
        sum(expected_loss_usd) filter (where decision = 'approve'),
        max(model_verdict)
    from mart_credit_risk
"""

# The learned tier where anything was learned, else that of the rules.
COMPLIANCE = """
    select
        coalesce(tier, rule_tier || ' by the rules') as told_tier,
        count(*) as customers,
        count(*) filter (where tiers_agree),
        max(tier_verdict)
    from mart_compliance_risk
    group by told_tier
    order by customers desc, told_tier
"""

# Marts that a reader new to a publication should not begin with.
ABOUT_MODELS = ("mart_model_", "mart_segment_")

WORST_FINDING = """
    select
        source_name,
        table_name,
        rows_in,
        rows_rejected,
        duplicates_dropped,
        values_emptied,
        worst_reason,
        worst_reason_count,
        severity
    from mart_data_quality
    where rows_rejected + duplicates_dropped + values_emptied > 0
    order by
        rows_rejected / rows_in desc,
        (duplicates_dropped + values_emptied) / rows_in desc,
        source_name,
        table_name
    limit 1
"""


def summarise(destination: Path) -> str:
    """Return the summary of what `destination` shows now; raises BuildError when nothing is published."""
    directory = resolve(destination)
    manifest = read_manifest(directory)
    marts = manifest["marts"]
    rows = sum(mart["rows"] for mart in marts.values())
    about_customers = [name for name in marts if not name.startswith(ABOUT_MODELS)] or list(marts)
    largest = max(about_customers, key=lambda name: marts[name]["rows"])
    first = "mart_customer_segments" if "mart_customer_segments" in marts else largest
    with closing(duckdb.connect()) as connection:
        for name, mart in marts.items():
            connection.read_parquet(str(directory / mart["file"])).create_view(name)
        lines = [
            ("Published", f"{manifest['version']} at {manifest['published_at']}"),
            ("As of", manifest["as_of_date"]),
            ("Customers", _customers(connection)),
            *(line for name, mart in marts.items() for line in _segments(connection, name, mart)),
            ("Rules, learned", _agreement(connection)),
            *((label, tell(connection)) for mart, (label, tell) in RISKS.items() if mart in marts),
            ("Data quality", _worst_finding(connection)),
            *where_to_look(destination, f"{_counted(len(marts), 'mart')}, {rows:,} rows", first),
        ]
    width = max(len(label) for label, _ in lines)
    return "\n".join(f"{label:{width}}  {text}" for label, text in lines)


def where_to_look(destination: Path, size: str, first: str) -> list[tuple[str, str]]:
    """Return the lines that lead on: to the report, which people open, and to the marts, which tools do."""
    page = destination / REPORT
    places = [
        *([f"{page}, in any browser"] if page.exists() else []),
        f"{destination / DATABASE} ({size})",
        f"{destination}/<mart>.parquet, {MANIFEST}; start with {first}",
    ]
    return list(zip(["Look here", "", ""], places, strict=False))


def _customers(marts: duckdb.DuckDBPyConnection) -> str:
    try:
        statuses = marts.execute(CUSTOMERS).fetchall()
    except duckdb.Error as error:
        return _unknown("mart_customer_segments", error)
    total = sum(customers for _, customers in statuses)
    return f"{total:,}: {_sized(statuses)}" if statuses else "none"


def _segments(marts: duckdb.DuckDBPyConnection, name: str, mart: dict) -> list[tuple[str, str]]:
    """Return a line for each segmentation in the mart and, where there are any, for each activity status.

    A segmentation is known by its pair of columns, `<segmentation>_segment` and `<segmentation>_verdict`.
    """
    columns = [column["name"] for column in mart["columns"]]
    status = "activity_status" if "activity_status" in columns else "''"
    lines = []
    for verdict in [column for column in columns if column.endswith("_verdict")]:
        segmentation = verdict.removesuffix("_verdict")
        segment = f"{segmentation}_segment"
        if segment not in columns:
            continue
        found = marts.execute(
            f"""
            select
                {status} as status,
                {identifier(segment)} as segment,
                max({identifier(verdict)}),
                count(*) as size
            from {identifier(name)}
            group by status, segment
            order by status, segment is null, size desc, segment
            """
        ).fetchall()
        for of_status, rows in _by_status(found):
            sizes = _sized([(segment or "no segment", size) for segment, _, size in rows])
            called = next((verdict for _, verdict, _ in rows if verdict), "no verdict")
            lines.append((f"  {segmentation} {of_status}".rstrip(), f"{called}: {sizes}"))
    return lines


def _by_status(found: list[tuple]) -> list[tuple[str, list[tuple]]]:
    """Return the segments of each activity status, or of all together when they share segments."""
    named = [segment for _, segment, _, _ in found if segment is not None]
    if len(set(named)) == len(named):
        statuses = groupby(found, key=lambda row: row[0])
        return [(status, [row[1:] for row in rows]) for status, rows in statuses]
    sizes: dict[str | None, int] = {}
    verdicts: dict[str | None, str | None] = {}
    for _, segment, verdict, size in found:
        sizes[segment] = sizes.get(segment, 0) + size
        verdicts[segment] = verdict
    ordered = sorted(sizes, key=lambda segment: (segment is None, -sizes[segment], segment))
    return [("", [(segment, verdicts[segment], sizes[segment]) for segment in ordered])]


def _anomalies(marts: duckdb.DuckDBPyConnection) -> str:
    try:
        flagged, scored, verdict = marts.execute(ANOMALIES).fetchone()
    except duckdb.Error as error:
        return _unknown("mart_anomalies", error)
    return f"{flagged:,} of {scored:,} flagged ({verdict})" if scored else "nobody scored"


def _appetite(marts: duckdb.DuckDBPyConnection) -> str:
    try:
        contradicting, compared, verdict = marts.execute(APPETITE).fetchone()
    except duckdb.Error as error:
        return _unknown("mart_risk_appetite", error)
    if not compared:
        return "nobody compared"
    return f"{contradicting:,} of {compared:,} clearly trade otherwise than they declare ({verdict})"


def _credit(marts: duckdb.DuckDBPyConnection) -> str:
    try:
        scored, approved, loss, verdict = marts.execute(CREDIT).fetchone()
    except duckdb.Error as error:
        return _unknown("mart_credit_risk", error)
    if not scored:
        return "no application scored"
    lost = "" if loss is None else f", expected loss {loss:,.0f} USD"
    return f"{approved:,} of {scored:,} applications would be approved{lost} ({verdict})"


def _compliance(marts: duckdb.DuckDBPyConnection) -> str:
    try:
        tiers = marts.execute(COMPLIANCE).fetchall()
    except duckdb.Error as error:
        return _unknown("mart_compliance_risk", error)
    if not tiers:
        return "nobody assessed"
    sizes = _sized([(tier, customers) for tier, customers, _, _ in tiers])
    agreeing = sum(agree for _, _, agree, _ in tiers)
    verdict = next((verdict for *_, verdict in tiers if verdict), None)
    if verdict is None:
        return f"{sizes}; no tier is learned"
    share = 100 * agreeing / sum(customers for _, customers, _, _ in tiers)
    return f"{sizes}; the rules agree on {agreeing:,} ({share:.0f} %) ({verdict})"


def _agreement(marts: duckdb.DuckDBPyConnection) -> str:
    try:
        shares = _sized(marts.execute(AGREEMENT).fetchall())
    except duckdb.Error as error:
        return _unknown("mart_customer_segments", error)
    try:
        indices = marts.execute(RAND_INDEX).fetchall()
    except duckdb.Error as error:
        return f"{shares}; {_unknown('mart_segment_mapping', error)}"
    told = ", ".join(
        f"{status} {index:.2f}" + ("" if low is None else f" ({low:.2f} to {high:.2f})")
        for status, index, low, high in indices
    )
    return f"{shares}; adjusted Rand index (95 %): {told or 'not computed'}"


def _worst_finding(marts: duckdb.DuckDBPyConnection) -> str:
    try:
        worst = marts.execute(WORST_FINDING).fetchone()
    except duckdb.Error as error:
        return _unknown("mart_data_quality", error)
    if worst is None:
        return "no row rejected, no duplicate dropped, no value emptied"
    source, table, rows_in, rejected, duplicates, emptied, reason, reason_count, severity = worst
    told = (
        f"worst is {source}.{table} ({severity}): {rejected:,} of {rows_in:,} rows rejected, "
        f"{_counted(duplicates, 'duplicate')} dropped, {_counted(emptied, 'value')} emptied"
    )
    return told + (f"; most often {reason} ({reason_count:,})" if reason else "")


def _unknown(mart: str, error: duckdb.Error) -> str:
    if isinstance(error, duckdb.CatalogException):
        return f"{mart} is not published here"
    return f"{mart} has another shape than this summary reads ({str(error).strip().splitlines()[0]})"


def _sized(counts: list[tuple[str, int]]) -> str:
    total = sum(count for _, count in counts)
    return ", ".join(f"{name} {count:,} ({100 * count / total:.0f} %)" for name, count in counts)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


# Lines about risk, each where its mart is published: an example need not have it.
RISKS = {
    "mart_anomalies": ("Anomalies", _anomalies),
    "mart_risk_appetite": ("Risk appetite", _appetite),
    "mart_credit_risk": ("Credit risk", _credit),
    "mart_compliance_risk": ("Compliance", _compliance),
}
