"""Packed text files are read by their names; what cannot be unpacked is named."""

from __future__ import annotations

import gzip
import zlib

import pyarrow
import pytest

ROWS = 200_000


def packed(codec: str, text: bytes) -> bytes:
    """The text in two members, as writers that pack side by side leave it."""
    half = len(text) // 2
    pack = {"gz": gzip.compress, "deflate": zlib.compress, "zst": lambda part: pyarrow.compress(part, "zstd", asbytes=True)}[codec]
    return pack(text[:half]) + pack(text[half:])


@pytest.mark.parametrize("codec", ["gz", "deflate", "zst"])
def test_lines_of_packed_files(spark, tmp_path, codec):
    text = "".join(f'{{"n": {n}, "s": "row {n % 1000}"}}\n' for n in range(ROWS)).encode()
    (tmp_path / f"a.json.{codec}").write_bytes(packed(codec, text))
    frame = spark.read.json(str(tmp_path))
    row = frame.selectExpr("count(*)", "sum(n)", "count(distinct s)").collect()[0]
    assert tuple(row) == (ROWS, ROWS * (ROWS - 1) // 2, 1000)


@pytest.mark.parametrize("codec", ["gz", "deflate", "zst"])
def test_a_packed_file_that_ends_early(spark, tmp_path, codec):
    (tmp_path / f"a.txt.{codec}").write_bytes(packed(codec, b"some line\n" * 10_000)[:-5])
    with pytest.raises(Exception, match="FAILED_READ_FILE"):
        spark.read.text(str(tmp_path)).count()


@pytest.mark.parametrize("codec", ["bz2", "snappy", "lz4"])
def test_what_cannot_be_unpacked_is_named(spark, tmp_path, codec):
    (tmp_path / f"a.txt.{codec}").write_bytes(b"anything")
    with pytest.raises(Exception, match=rf"reading .{codec} files"):
        spark.read.text(str(tmp_path)).collect()
