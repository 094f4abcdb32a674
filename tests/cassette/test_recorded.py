"""The file format of recorded frames: byte for byte, scrubbed, and split into requests with their answers."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from cassette.entries import came, sent
from hypothesis import given
from hypothesis import strategies as st

from ws_notebook.cassette import Cassette, Entry, Packer, end_line, head_line, line
from ws_notebook.cassette.lines import VERSION
from ws_notebook.cassette.packing import unpacked
from ws_notebook.exceptions import SettingsError

__all__: list[str] = []


FRAMES = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3).map(
    lambda value: json.dumps(value, ensure_ascii=False, indent=1 if len(value) == 2 else None).encode(
        "utf-8", "replace"
    )
)


@given(st.lists(st.builds(Entry, st.just(1.5), st.integers(1, 3), st.sampled_from(["sent", "received"]), FRAMES)))
def test_frames_come_out_as_they_went_in(entries: list[Entry]) -> None:
    kept = Cassette(entries, provider="openai", model="m", recorded="2026-01-01T00:00:00Z")
    read = Cassette.loads(kept.dumps())
    assert [(each.kind, each.connection, each.data) for each in read.entries] == [
        (each.kind, each.connection, each.data) for each in entries
    ]
    assert (read.provider, read.model, read.transport) == ("openai", "m", "websocket")


def test_a_file_is_lines_that_people_can_read(tmp_path: Path) -> None:
    Cassette([sent(0, "hi"), came(2.25, "response.completed")], provider="local").save(tmp_path / "talk.jsonl")
    head, *rest, end = (tmp_path / "talk.jsonl").read_text().splitlines()
    assert json.loads(end) == {"end": {"frames": 2}}
    assert json.loads(head)["cassette"] == VERSION
    assert [json.loads(each)["ms"] for each in rest] == [0, 2.25]
    assert json.loads(rest[1])["received"] == {"type": "response.completed"}
    assert len(Cassette.load(tmp_path / "talk.jsonl")) == 2
    assert repr(Cassette.load(tmp_path / "talk.jsonl")) == "<Cassette local 1 requests, 2 frames, 0.0 s>"


@pytest.mark.parametrize("data", [b"\xff\xfe no text", b"{not json", b'{\n "a": 1\n}'])
def test_a_frame_that_is_no_json_of_one_line_stands_as_a_string(data: bytes) -> None:
    read = Cassette.loads(head_line() + line(Entry(0, 1, "received", data)))
    assert read.entries[0].data == data.decode(errors="replace").encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no cassette"),
        (b"hello\n", "no cassette"),
        (b'{"cassette": 99}\n', "version 99"),
        (b'{"cassette": 1}\nrubbish\n{"ms":0,"on":1,"sent":{}}\n', "Line 2 is no frame"),
    ],
)
def test_what_is_no_cassette_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Cassette.loads(data)


@pytest.mark.parametrize("name", ["talk.jsonl", "talk.jsonl.gz"])
def test_a_file_that_breaks_off_anywhere_is_read_up_to_its_last_whole_frame_and_says_so(
    tmp_path: Path, name: str
) -> None:
    entries = [sent(0, "hi"), came(1, "response.created"), came(2, "response.completed")]
    recorded, packer = tmp_path / name, Packer(name)
    # As a recorder writes it, a line after another.
    pieces = [head_line(), *map(line, entries), end_line(3)]
    packed = [*map(packer.pack, pieces), packer.end()]
    written = b"".join(packed)
    for length in range(len(packed[0]), len(written)):
        recorded.write_bytes(written[:length])
        read = Cassette.load(recorded)
        assert read.entries == entries[: len(read)]
        whole = sum(len(b"".join(packed[: count + 2])) <= length for count in range(3))
        assert len(read) >= whole
        assert bool(read.broken_off) is (b'"end":{"frames":3}}' not in unpacked(written[:length]))
        assert read.broken_off in repr(read)
    recorded.write_bytes(written)
    assert (Cassette.load(recorded).broken_off, len(Cassette.load(recorded))) == ("", 3)


def test_one_that_was_broken_off_stays_so_when_it_is_written_anew() -> None:
    whole = Cassette([sent(0, "hi"), came(1, "response.completed")]).dumps()
    *_, frame, end = whole.splitlines(keepends=True)
    cut = Cassette.loads(whole.removesuffix(end))
    assert "was not ended" in cut.broken_off
    assert Cassette.loads(cut.dumps()).broken_off == cut.broken_off
    shorter = Cassette.loads(whole.removesuffix(frame + end) + frame[:-9])
    assert (len(shorter), "within a line" in shorter.broken_off) == (1, True)


def test_an_older_version_is_read_and_a_newer_one_says_what_to_do() -> None:
    older = b'{"cassette": 1, "model": "m"}\n{"ms":0,"on":1,"sent":{}}\n'
    assert (len(Cassette.loads(older)), Cassette.loads(older).broken_off) == (1, "")
    with pytest.raises(SettingsError, match=r"version 3; this package reads versions 1 to 2\..* --upgrade ws-notebook"):
        Cassette.loads(b'{"cassette": 3}\n')


def test_a_compressed_file_is_smaller_and_is_known_by_its_content(tmp_path: Path) -> None:
    kept = Cassette([came(n, "response.output_text.delta", delta="word") for n in range(100)])
    kept.save(tmp_path / "c.jsonl.gz")
    kept.save(tmp_path / "c.jsonl")
    packed = (tmp_path / "c.jsonl.gz").read_bytes()
    assert len(packed) < (tmp_path / "c.jsonl").stat().st_size / 5
    assert gzip.decompress(packed) == (tmp_path / "c.jsonl").read_bytes()
    (tmp_path / "renamed").write_bytes(packed)
    assert Cassette.load(tmp_path / "renamed").entries == kept.entries
    (tmp_path / "renamed").write_bytes(packed[:20] + b"????" + packed[24:])
    with pytest.raises(SettingsError, match=r"renamed: Its compressed content is damaged"):
        Cassette.load(tmp_path / "renamed")


def test_a_missing_file_and_a_missing_folder_are_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read: No such file"):
        Cassette.load(tmp_path / "none")
    with pytest.raises(SettingsError, match=r"cannot be written: No such file"):
        Cassette().save(tmp_path / "no" / "folder")


def test_a_cassette_never_holds_a_secret_that_it_was_given() -> None:
    kept = Cassette([sent(0, "my key is sk-abcdefgh12345678")]).dumps()
    assert b"sk-abcdefgh" not in kept


def test_what_is_no_path_is_told_of() -> None:
    with pytest.raises(SettingsError, match="pass its path, not 5"):
        Cassette.load(5)  # type: ignore[arg-type]
    for other in (5, "run.jsonl"):
        with pytest.raises(SettingsError, match="made of entries"):
            Cassette(other)  # type: ignore[arg-type]
