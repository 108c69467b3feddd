"""What the bench reports: rows of medians and ratios, as a table and as JSON.

Ignores what was measured.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from statistics import median


@dataclass(frozen=True)
class Row:
    """One measured thing. runs: every measurement, in unit; ratio: median over rounds of this row over the row
    named by to, both measured in the same round."""

    part: str
    name: str
    unit: str
    runs: tuple[float, ...]
    to: str | None = None
    ratio: float | None = None
    note: str = ""

    @property
    def median(self) -> float:
        """The middle measurement."""
        return median(self.runs)


@dataclass(frozen=True)
class Report:
    """All rows of one bench and the machine and model they hold for."""

    machine: Mapping[str, str | int]
    model: Mapping[str, str | int]
    rows: tuple[Row, ...] = field(default=())


def compared(
    part: str,
    unit: str,
    runs: Mapping[str, Sequence[float]],
    to: str | None = None,
    notes: dict[str, str] | None = None,
) -> list[Row]:
    """A row for each name, with its ratio to the row `to`: rounds are paired, since a busy machine slows both."""
    rows = []
    for name, values in runs.items():
        ratio = None
        if to is not None and name != to and len(values) == len(runs[to]):
            ratio = median(value / base for value, base in zip(values, runs[to], strict=True) if base)
        rows.append(
            Row(part, name, unit, tuple(values), to if ratio is not None else None, ratio, (notes or {}).get(name, ""))
        )
    return rows


def report_json(report: Report) -> str:
    """Everything, every run included."""
    rows = [{**asdict(row), "median": row.median} for row in report.rows]
    return json.dumps({"machine": report.machine, "model": report.model, "rows": rows}, indent=2)


def ready_text(report: Report) -> str:
    """What a person is shown when it is ready: the machine and the model while there are no rows, then the rows."""
    if not report.rows:
        return head_text(report)
    return "\n".join(f"\n{part_text(list(group))}" for _, group in groupby(report.rows, key=lambda row: row.part))


def head_text(report: Report) -> str:
    """The machine and the model."""
    return "\n".join(", ".join(f"{value}" for value in part.values()) for part in (report.machine, report.model))


def part_text(rows: Sequence[Row]) -> str:
    """The rows of one part under its name."""
    width = max(len(row.name) for row in rows)
    lines = [rows[0].part]
    for row in rows:
        ratio = f"   {row.ratio:8.3g} x  {row.to}" if row.ratio is not None else ""
        note = f"   ({row.note})" if row.note else ""
        lines.append(f"  {row.name:<{width}}  {number(row.median):>10} {row.unit:<12}{ratio}{note}")
    return "\n".join(lines)


def number(value: float) -> str:
    """Three significant digits without an exponent."""
    if value == 0 or value != value:
        return f"{value:g}"
    digits = max(0, 2 - int(f"{value:e}".split("e")[1]))
    return f"{value:.{digits}f}"
