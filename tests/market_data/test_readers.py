from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from alpha_discovery.core.bars import PRICE_FIELDS
from alpha_discovery.errors import BadMarketData, OutOfRange, UserError
from alpha_discovery.market_data.raw import NO_TIME, RawBars
from alpha_discovery.market_data.readers import Reading, read_table

Row = tuple[int, str, str, str, str, str]
Write = Callable[[str, str], Path]
FIELDS = (*PRICE_FIELDS, "volume")


def csv(rows: Sequence[Sequence[object]], header: str = "", separator: str = ",") -> str:
    lines = [separator.join(map(str, row)) for row in rows]
    return "\n".join([*([header] if header else []), *lines]) + "\n"


def assert_read(raw: RawBars, rows: Sequence[Row]) -> None:
    """Every number is that of its text, to the last bit."""
    assert raw.time.tolist() == [row[0] for row in rows]
    for position, name in enumerate(FIELDS, start=1):
        assert getattr(raw, name).tolist() == [float(row[position]) for row in rows], name


def iso(ms: int, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    return pd.Timestamp(ms, unit="ms").strftime(form)


class TestShapes:
    def test_ccxt_rows_without_header(self, write: Write, rows: list[Row]) -> None:
        assert_read(read_table(write("a.csv", csv(rows))), rows)

    def test_binance_archive_without_header(self, write: Write, rows: list[Row]) -> None:
        text = csv([(*row, row[0] + 3_599_999, "1.5", 7, "0.5", "2.5", 0) for row in rows])
        raw = read_table(write("a.csv", text))
        assert_read(raw, rows)
        assert "Binance archive" in raw.origin[0].shape

    def test_binance_archive_with_header(self, write: Write, rows: list[Row]) -> None:
        header = (
            "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
            "taker_buy_quote_volume,ignore"
        )
        text = csv([(*row, row[0] + 3_599_999, "1.5", 7, "0.5", "2.5", 0) for row in rows], header)
        assert_read(read_table(write("a.csv", text)), rows)

    def test_binance_microseconds(self, write: Write, rows: list[Row]) -> None:
        text = csv([(row[0] * 1000, *row[1:], row[0] * 1000 + 3_599_999_999, 1, 1, 1, 1, 0) for row in rows])
        raw = read_table(write("a.csv", text))
        assert_read(raw, rows)
        assert "microseconds" in raw.origin[0].shape

    def test_a_unit_that_changes_inside_the_file(self, write: Write, rows: list[Row]) -> None:
        changed = [*rows[:2], *((row[0] * 1000, *row[1:]) for row in rows[2:])]
        assert_read(read_table(write("a.csv", csv(changed))), rows)

    def test_freqtrade_feather(self, tmp_path: Path, rows: list[Row]) -> None:
        frame = pd.DataFrame(
            {"date": pd.to_datetime([row[0] for row in rows], unit="ms", utc=True)}
            | {name: [float(row[i]) for row in rows] for i, name in enumerate(FIELDS, start=1)}
        )
        frame.to_feather(tmp_path / "BTC_USDT-1h.feather", compression="lz4")
        assert_read(read_table(tmp_path / "BTC_USDT-1h.feather"), rows)

    def test_freqtrade_json_rows(self, write: Write, rows: list[Row]) -> None:
        text = json.dumps([[row[0], *map(float, row[1:])] for row in rows])
        assert_read(read_table(write("BTC_USDT-1h.json", text)), rows)

    def test_json_objects_as_pandas_writes_them(self, write: Write, rows: list[Row]) -> None:
        frame = pd.DataFrame([(row[0], *map(float, row[1:])) for row in rows], columns=["time", *FIELDS])
        text = frame.to_json(orient="records", double_precision=15)
        assert_read(read_table(write("BTC_USDT-1h.json", text)), rows)

    def test_parquet_with_a_time_index(self, tmp_path: Path, rows: list[Row]) -> None:
        index = pd.DatetimeIndex(pd.to_datetime([row[0] for row in rows], unit="ms"), name="Open time")
        columns = {name.title(): [float(row[i]) for row in rows] for i, name in enumerate(FIELDS, start=1)}
        pd.DataFrame(columns, index=index).to_parquet(tmp_path / "a.parquet")
        assert_read(read_table(tmp_path / "a.parquet"), rows)

    def test_parquet_with_dates(self, tmp_path: Path) -> None:
        prices = {"o": [1.0, 2], "h": [3.0, 3], "l": [1, 1], "c": [2, 2]}
        frame = pl.DataFrame({"date": ["2024-01-01", "2024-01-02"]} | prices)
        frame.with_columns(pl.col("date").str.to_date()).write_parquet(tmp_path / "a.parquet")
        assert read_table(tmp_path / "a.parquet").time.tolist() == [1_704_067_200_000, 1_704_153_600_000]

    def test_title_case_columns_and_pandas_index(self, write: Write, rows: list[Row]) -> None:
        text = csv([(iso(row[0]), *row[1:]) for row in rows], ",Open,High,Low,Close,Volume")
        assert_read(read_table(write("a.csv", text)), rows)

    def test_columns_in_any_order(self, write: Write, rows: list[Row]) -> None:
        text = csv([tuple(reversed(row)) for row in rows], "Volume,Close,Low,High,Open,Time")
        assert_read(read_table(write("a.csv", text)), rows)

    def test_a_url_line_before_the_header(self, write: Write, rows: list[Row]) -> None:
        text = "https://www.CryptoDataDownload.com\n" + csv(rows, "unix,open,high,low,close,volume")
        raw = read_table(write("a.csv", text))
        assert_read(raw, rows)
        assert raw.where(0) == "line 3"

    def test_comment_lines_before_rows_without_header(self, write: Write, rows: list[Row]) -> None:
        raw = read_table(write("a.csv", "# exported by hand\n\n" + csv(rows)))
        assert_read(raw, rows)
        assert raw.where(3) == "line 6"

    def test_the_order_of_jesse_when_told(self, write: Write, rows: list[Row]) -> None:
        text = csv([(row[0], row[1], row[4], row[2], row[3], row[5]) for row in rows])
        assert_read(read_table(write("a.csv", text), Reading(columns="time,open,close,high,low,volume")), rows)

    def test_told_columns_override_an_unknown_header(self, write: Write, rows: list[Row]) -> None:
        text = csv(rows, "zeit,auf,hoch,tief,schluss,menge")
        assert_read(read_table(write("a.csv", text), Reading(columns="time,open,high,low,close,volume")), rows)

    def test_columns_passed_over(self, write: Write, rows: list[Row]) -> None:
        text = csv([("BTC", *row) for row in rows], "pair,x,o1,h1,l1,c1,v1")
        assert_read(read_table(write("a.csv", text), Reading(columns="-,time,open,high,low,close,volume")), rows)

    def test_metatrader_export_with_date_and_time_columns(self, write: Write, rows: list[Row]) -> None:
        header = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>"
        lines = [(iso(row[0], "%Y.%m.%d"), iso(row[0], "%H:%M:%S"), *row[1:], 0, 3) for row in rows]
        assert_read(read_table(write("a.csv", csv(lines, header, "\t"))), rows)

    def test_metatrader_rows_without_header(self, write: Write, rows: list[Row]) -> None:
        lines = [(iso(row[0], "%Y.%m.%d"), iso(row[0], "%H:%M"), *row[1:]) for row in rows]
        assert_read(read_table(write("a.csv", csv(lines))), rows)

    def test_kraken_rows_with_trades_last(self, write: Write, rows: list[Row]) -> None:
        assert_read(read_table(write("a.csv", csv([(row[0] // 1000, *row[1:], 99) for row in rows]))), rows)

    def test_semicolons_and_decimal_commas(self, write: Write, rows: list[Row]) -> None:
        lines = [(row[0], *(cell.replace(".", ",") for cell in row[1:])) for row in rows]
        assert_read(read_table(write("a.csv", csv(lines, "time;open;high;low;close;volume", ";"))), rows)

    def test_utf16_and_byte_order_marks(self, tmp_path: Path, rows: list[Row]) -> None:
        for encoding in ("utf-16", "utf-8-sig"):
            path = tmp_path / f"{encoding}.csv"
            path.write_text(csv(rows, "time,open,high,low,close,volume"), encoding=encoding)
            assert_read(read_table(path), rows)

    def test_quoted_cells_and_windows_line_ends(self, tmp_path: Path, rows: list[Row]) -> None:
        lines = ['"' + '","'.join(map(str, row)) + '"' for row in rows]
        path = tmp_path / "a.csv"
        path.write_bytes("\r\n".join(['"time","open","high","low","close","volume"', *lines, ""]).encode())
        assert_read(read_table(path), rows)

    @pytest.mark.parametrize("separator", [",", ";"])
    def test_a_separator_between_quotes_is_no_end_of_a_cell(
        self, write: Write, rows: list[Row], separator: str
    ) -> None:
        header = separator.join(["date", "open", "high", "low", "close", "volume", f'"fee{separator} paid"'])
        text = csv([(*row, f'"a{separator} b"') for row in rows], header, separator)
        assert_read(read_table(write("a.csv", text)), rows)

    def test_blank_lines_are_no_rows(self, write: Write, rows: list[Row]) -> None:
        text = csv(rows[:2]) + "\n\n" + csv(rows[2:]) + "\n"
        raw = read_table(write("a.csv", text))
        assert_read(raw, rows)
        assert raw.where(2) == "line 5"


class TestPacking:
    def test_gzip(self, tmp_path: Path, rows: list[Row]) -> None:
        path = tmp_path / "a.csv.gz"
        path.write_bytes(gzip.compress(csv(rows).encode()))
        assert_read(read_table(path), rows)

    def test_zip(self, tmp_path: Path, rows: list[Row]) -> None:
        path = self.zipped(tmp_path, {"a.csv": csv(rows)})
        assert_read(read_table(path), rows)

    def test_gzip_inside_zip(self, tmp_path: Path, rows: list[Row]) -> None:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.csv.gz", gzip.compress(csv(rows).encode()))
        assert_read(read_table(path), rows)

    def test_archives_nested_without_end_are_refused(self, tmp_path: Path, rows: list[Row]) -> None:
        data = csv(rows).encode()
        for _ in range(10):
            data = gzip.compress(data)
        path = tmp_path / "a.gz"
        path.write_bytes(data)
        with pytest.raises(BadMarketData, match="not CSV, Parquet, feather or JSON"):
            read_table(path)

    def test_the_ending_of_the_name_does_not_matter(self, tmp_path: Path, rows: list[Row]) -> None:
        path = self.zipped(tmp_path, {"a.csv": csv(rows)}).rename(tmp_path / "prices.csv")
        assert_read(read_table(path), rows)

    def test_a_zip_of_several_files_is_refused(self, tmp_path: Path, rows: list[Row]) -> None:
        path = self.zipped(tmp_path, {"a.csv": csv(rows), "b.csv": csv(rows)})
        with pytest.raises(BadMarketData, match="holds 2 files; unpack it"):
            read_table(path)

    @pytest.mark.parametrize("kind", ["zip", "gz", "parquet", "feather"])
    def test_a_file_cut_off_in_the_middle_is_refused(self, tmp_path: Path, rows: list[Row], kind: str) -> None:
        prices = {name: [float(row[i]) for row in rows] for i, name in enumerate(FIELDS, start=1)}
        frame = pl.DataFrame({"time": [row[0] for row in rows]} | prices)
        sink = io.BytesIO()
        if kind == "zip":
            with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("a.csv", csv(rows * 50))
        elif kind == "gz":
            sink.write(gzip.compress(csv(rows * 50).encode()))
        else:
            (frame.write_parquet if kind == "parquet" else frame.write_ipc)(sink)
        path = tmp_path / f"a.{kind}"
        path.write_bytes(sink.getvalue()[: len(sink.getvalue()) // 2])
        with pytest.raises(BadMarketData, match=rf"a\.{kind}: cannot .*fetch it again"):
            read_table(path)

    def test_a_zip_with_a_flipped_byte_is_refused(self, tmp_path: Path, rows: list[Row]) -> None:
        path = self.zipped(tmp_path, {"a.csv": csv(rows)})
        data = bytearray(path.read_bytes())
        data[60] ^= 0xFF
        path.write_bytes(bytes(data))
        with pytest.raises(BadMarketData, match="fetch it again"):
            read_table(path)

    @staticmethod
    def zipped(folder: Path, files: dict[str, str]) -> Path:
        path = folder / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        return path


class TestVolume:
    HEADER = "date,symbol,open,high,low,close,volume_btc,volume"

    def test_is_that_of_the_base_currency(self, write: Write, rows: list[Row]) -> None:
        text = csv([(iso(row[0]), "BTCUSD", *row[1:], "1e9") for row in rows], self.HEADER)
        assert_read(read_table(write("a.csv", text), Reading(base="BTC")), rows)

    def test_of_a_file_with_base_and_quote_in_the_header(self, write: Write, rows: list[Row]) -> None:
        text = csv([(*row[:5], "1e9", row[5]) for row in rows], "unix,open,high,low,close,Volume USD,Volume ETH")
        assert_read(read_table(write("a.csv", text)), rows)

    def test_is_zero_and_told_where_the_source_has_none(self, write: Write, rows: list[Row]) -> None:
        raw = read_table(write("a.csv", csv([row[:5] for row in rows], "time,open,high,low,close")))
        assert raw.volume.tolist() == [0.0] * 4
        assert not raw.has_volume
        assert [(f.kind, f.action) for f in raw.remarks] == [("no_volume", "volume is stored as 0")]


class TestWhatCannotBeRead:
    def test_an_empty_file(self, write: Write) -> None:
        with pytest.raises(BadMarketData, match=r"a\.csv: the file is empty; fetch it again"):
            read_table(write("a.csv", ""))

    def test_a_header_alone(self, write: Write) -> None:
        with pytest.raises(BadMarketData, match="a header and no rows"):
            read_table(write("a.csv", "time,open,high,low,close,volume\n"))

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(BadMarketData, match="check the path"):
            read_table(tmp_path / "none.csv")

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(BadMarketData, match="check the path"):
            read_table(tmp_path)

    def test_a_file_without_prices(self, write: Write) -> None:
        text = "calc_time,funding_interval_hours,last_funding_rate\n1730419200000,8,0.0001\n"
        with pytest.raises(BadMarketData, match="needs the columns time, open, high, low, close"):
            read_table(write("a.csv", text))

    def test_a_table_without_prices_names_what_is_missing(self, tmp_path: Path) -> None:
        pl.DataFrame({"date": ["2024-01-01"], "close": [1.0]}).write_parquet(tmp_path / "a.parquet")
        with pytest.raises(BadMarketData, match="open, high, low not found in date, close"):
            read_table(tmp_path / "a.parquet")

    def test_a_header_nobody_knows_is_not_passed_over(self, write: Write, rows: list[Row]) -> None:
        with pytest.raises(BadMarketData, match="the header is zeit, auf, hoch, tief, schluss, menge; name them"):
            read_table(write("a.csv", csv(rows, "zeit,auf,hoch,tief,schluss,menge")))

    def test_an_unknown_number_of_columns(self, write: Write, rows: list[Row]) -> None:
        with pytest.raises(BadMarketData, match="9 columns, an order nobody knows; say which is which with --columns"):
            read_table(write("a.csv", csv([(*row, 1, 2, 3) for row in rows])))

    def test_rows_in_the_order_of_jesse_are_not_taken_for_ccxt(self, write: Write, rows: list[Row]) -> None:
        text = csv([(row[0], row[1], row[4], row[2], row[3], row[5]) for row in rows])
        with pytest.raises(BadMarketData, match="say --columns time,open,close,high,low,volume"):
            read_table(write("a.csv", text))

    def test_a_line_with_too_many_cells_is_named(self, write: Write, rows: list[Row]) -> None:
        text = csv(rows[:2]) + "1704074400000,1,2,3,4,5,6\n" + csv(rows[3:])
        with pytest.raises(BadMarketData, match="line 3 has more than 6 columns; correct the line"):
            read_table(write("a.csv", text))

    def test_rows_that_are_narrower_than_their_header(self, write: Write, rows: list[Row]) -> None:
        text = csv([row[:4] for row in rows], "date,open,high,low,close,volume")
        with pytest.raises(BadMarketData, match="line 2 has 4 columns where the header names 6; export it again"):
            read_table(write("a.csv", text))

    @pytest.mark.parametrize("price", ["100,5", "64,215.3", "1.234,5"])
    def test_quoted_numbers_with_commas(self, write: Write, rows: list[Row], price: str) -> None:
        text = csv([(row[0], *[f'"{price}"'] * 4, 1) for row in rows], "date,open,high,low,close,volume")
        with pytest.raises(BadMarketData, match="needs numbers with a point and without thousands separators"):
            read_table(write("a.csv", text))

    def test_a_quoted_separator_is_not_taken_for_a_cell_too_many(self, write: Write, rows: list[Row]) -> None:
        text = csv([(*rows[0], '"a,b"'), (*rows[1], "c", "d")], "date,open,high,low,close,volume,note")
        with pytest.raises(BadMarketData, match="line 3 has more than 7 columns"):
            read_table(write("a.csv", text))

    def test_a_column_of_words(self, write: Write) -> None:
        text = csv([(1_704_067_200_000, 1, 2, 1, "up", 1)] * 2, "time,open,high,low,close,volume")
        with pytest.raises(BadMarketData, match="no numbers in the column for close \\(first: 'up'\\)"):
            read_table(write("a.csv", text))

    def test_binary_rubbish(self, tmp_path: Path) -> None:
        path = tmp_path / "a.bin"
        path.write_bytes(bytes(range(256)) * 10)
        with pytest.raises(BadMarketData, match="not CSV, Parquet, feather or JSON"):
            read_table(path)

    @pytest.mark.parametrize("text", ['{"a": 1}', "[1, 2]", "[[1, 2], [3]]", "[[1, 2]", '[{"time": 1}, {"date": 1}]'])
    def test_json_that_is_not_rows(self, write: Write, text: str) -> None:
        with pytest.raises(BadMarketData, match=r"a\.json: "):
            read_table(write("a.json", text))

    @pytest.mark.parametrize(
        "columns", ["time,open,high,low", "time,open,high,low,close,close", "time,open,high,low,close,price", "o,h,l,c"]
    )
    def test_told_columns_that_make_no_bar(self, write: Write, rows: list[Row], columns: str) -> None:
        with pytest.raises(UserError, match="cannot use --columns"):
            read_table(write("a.csv", csv(rows)), Reading(columns=columns))

    def test_more_told_columns_than_there_are(self, write: Write, rows: list[Row]) -> None:
        with pytest.raises(UserError, match="names 7 columns; the file has 6"):
            read_table(write("a.csv", csv(rows)), Reading(columns="time,open,high,low,close,volume,-"))


class TestCells:
    def test_that_are_no_numbers_become_nan_and_keep_their_text(self, write: Write, rows: list[Row]) -> None:
        changed = [rows[0], (*rows[1][:4], "null", rows[1][5]), *rows[2:]]
        raw = read_table(write("a.csv", csv(changed)))
        assert np.isnan(raw.close[1])
        assert raw.unread == {(1, "close"): "null"}

    def test_that_are_no_times_become_no_time_and_keep_their_text(self, write: Write, rows: list[Row]) -> None:
        changed = [rows[0], ("soon", *rows[1][1:]), *rows[2:]]
        raw = read_table(write("a.csv", csv(changed)))
        assert raw.time[1] == NO_TIME
        assert raw.unread == {(1, "time"): "soon"}

    def test_of_a_last_line_that_was_cut_off_are_missing(self, write: Write, rows: list[Row]) -> None:
        raw = read_table(write("a.csv", csv(rows[:3]) + "1704078000000,42581.09,425"))
        assert len(raw) == 4
        assert np.isnan([raw.low[3], raw.close[3], raw.volume[3]]).all()

    def test_prices_are_divided_without_loss(self, write: Write) -> None:
        # 98677 / 100000 is the float nearest to 0.98677; times 1e-5 it is not
        text = csv([(1_704_067_200_000, "98677.0", "98763.0", "98649.0", "98753.0", "2341")])
        raw = read_table(write("a.csv", text), Reading(price_divisor=100_000))
        assert [raw.open[0], raw.high[0], raw.volume[0]] == [0.98677, 0.98763, 2341.0]

    @pytest.mark.parametrize("divisor", [0.0, -1.0, float("inf"), float("nan")])
    def test_a_divisor_that_is_none_is_refused(self, divisor: float) -> None:
        with pytest.raises(OutOfRange):
            Reading(price_divisor=divisor)


class TestOrigin:
    def test_names_the_file_and_its_checksum(self, write: Write, rows: list[Row]) -> None:
        path = write("a.csv", csv(rows))
        origin = read_table(path).origin[0]
        assert (origin.file, origin.sha256) == ("a.csv", hashlib.sha256(path.read_bytes()).hexdigest())

    def test_a_checksum_beside_the_file_is_compared(self, write: Write, rows: list[Row]) -> None:
        path = write("BTCUSDT-1h-2024-01.csv", csv(rows))
        write(path.name + ".CHECKSUM", f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")
        assert read_table(path).remarks == ()

    def test_a_checksum_that_does_not_match_is_refused(self, write: Write, rows: list[Row]) -> None:
        path = write("a.csv", csv(rows))
        write("a.csv.CHECKSUM", f"{'0' * 64}  a.csv\n")
        with pytest.raises(BadMarketData, match=r"a\.csv: does not match a\.csv\.CHECKSUM; fetch both again"):
            read_table(path)

    def test_an_archive_file_without_its_checksum_is_told(self, tmp_path: Path, rows: list[Row]) -> None:
        path = TestPacking.zipped(tmp_path, {"a.csv": csv(rows)}).rename(tmp_path / "BTCUSDT-1h-2024-01.zip")
        assert [f.kind for f in read_table(path).remarks] == ["checksum"]
