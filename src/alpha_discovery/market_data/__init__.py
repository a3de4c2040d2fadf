"""Prices from files: reading, checking, storing, resampling, and the sample market.

``read_table`` gives the rows of a file, ``check`` judges them, ``Catalog`` stores what passed; ``check_files``
and ``store`` do an import in two steps, ``import_files`` in one.
"""

from __future__ import annotations

from alpha_discovery.market_data.catalog import Catalog, Entry
from alpha_discovery.market_data.findings import Finding, Origin, Quality
from alpha_discovery.market_data.importing import (
    Checked,
    Imported,
    Request,
    check_bars,
    check_files,
    import_files,
    store,
    store_bars,
)
from alpha_discovery.market_data.quality import check
from alpha_discovery.market_data.raw import RawBars
from alpha_discovery.market_data.readers import Reading, read_table
from alpha_discovery.market_data.resample import resample
from alpha_discovery.market_data.sample import load_sample, sample_names

__all__ = [
    "Catalog",
    "Checked",
    "Entry",
    "Finding",
    "Imported",
    "Origin",
    "Quality",
    "RawBars",
    "Reading",
    "Request",
    "check",
    "check_bars",
    "check_files",
    "import_files",
    "load_sample",
    "read_table",
    "resample",
    "sample_names",
    "store",
    "store_bars",
]
