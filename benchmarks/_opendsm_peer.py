"""Fit and predict with OpenDSM, in its own environment: run by ``benchmarks/savings.py``.

``python _opendsm_peer.py METHOD INPUT.npz OUTPUT.npz`` reads ``ids, kwh[meters, hours], temp_c,
start`` (hours from 1970 UTC), ``zone`` and ``years`` (baseline years), and writes a prediction for
each meter and year that it can fit; a JSON report of fit times and failures goes to stdout.
Nothing of unipact is imported here, and unipact does not import this file.
"""

# What it imports lives in an environment of its own, where no type checker looks.
# mypy: ignore-errors
from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import opendsm
import pandas as pd
from opendsm import eemeter

CLASSES = {
    "daily": (
        eemeter.DailyBaselineData,
        eemeter.DailyReportingData,
        eemeter.DailyModel,
    ),
    "hourly": (
        eemeter.HourlyBaselineData,
        eemeter.HourlyReportingData,
        eemeter.HourlyModel,
    ),
}


def main(method: str, source: Path, target: Path) -> None:
    """Fit each meter and year, predict the year after, write and report."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    given = np.load(source)
    zone = str(given["zone"])
    index = pd.date_range(
        pd.Timestamp(int(given["start"]) * 3600, unit="s", tz="UTC"),
        periods=len(given["temp_c"]),
        freq="h",
    ).tz_convert(zone)
    baseline_class, reporting_class, model_class = CLASSES[method]

    def frame(row: int, year: int) -> pd.DataFrame:
        inside = index.year == year
        data = {
            "observed": given["kwh"][row, inside],
            "temperature": given["temp_c"][inside] * 1.8 + 32,
        }
        return pd.DataFrame(data, index=index[inside])

    # The first fit compiles; it is not counted.
    warm = baseline_class(frame(0, int(given["years"][0])), is_electricity_data=True)
    model_class().fit(warm, ignore_disqualification=True)
    fits: list[dict[str, object]] = []
    predicted: dict[str, np.ndarray] = {}
    for year in given["years"].tolist():
        for row, name in enumerate(given["ids"].tolist()):
            key = f"{name}_{year}"
            try:
                data = baseline_class(frame(row, year), is_electricity_data=True)
                began = time.perf_counter()
                model = model_class().fit(data, ignore_disqualification=True)
                took = time.perf_counter() - began
                later = reporting_class(frame(row, year + 1), is_electricity_data=True)
                said = model.predict(later, ignore_disqualification=True)["predicted"]
            except Exception as error:  # noqa: BLE001 - whatever stops the peer is named, not hidden
                fits.append({"id": name, "year": year, "error": f"{type(error).__name__}"})
                continue
            fits.append({"id": name, "year": year, "fit_s": took})
            local = said.index.tz_convert("UTC").tz_localize(None).to_numpy()
            predicted[key] = said.to_numpy(dtype=float)
            predicted[key + "_hours"] = local.astype("datetime64[h]").astype(np.int64)
    np.savez(target, **predicted)
    print(json.dumps({"version": opendsm.__version__, "fits": fits}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
