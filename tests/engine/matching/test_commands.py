import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from querwerk.cli import main
from querwerk.engine.matching.cache import VectorCache
from querwerk.engine.matching.encoder import Bundled

QUERIES = "besuch\tUnser Werk soll für Besucher erlebbar werden.\nrest\tZbývají nám odřezky látek.\n"
DOCS = """museum\tAusstellungsgestaltung für Besucher von Werken und Museen.
{"id": "mode", "passages": ["Upcycling von Stoffen.", "Odřezky látek a nové oblečení."], "tags": ["skill:fashion-design"], "language": "de"}
holz\tMöbeldesign aus Holz.
"""


def run(*arguments: str) -> object:
    with pytest.raises(SystemExit) as end:
        main(["matching", *arguments])
    return end.value.code


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "q.tsv").write_text(QUERIES, encoding="utf-8")
    (tmp_path / "d.tsv").write_text(DOCS, encoding="utf-8-sig")
    return ["--queries", str(tmp_path / "q.tsv"), "--docs", str(tmp_path / "d.tsv")]


def test_a_run_is_written_as_trec_wants_it_and_judged(
    tmp_path: Path, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert run("rank", *files, "--lexical", "--top", "2", "--run", str(out)) == 0
    assert "words only: weaker, nothing across languages" in capsys.readouterr().out
    rows = [line.split() for line in out.read_text().splitlines()]
    assert [(row[0], row[1], row[3], row[5]) for row in rows] == [
        ("besuch", "Q0", "1", "querwerk"), ("besuch", "Q0", "2", "querwerk"),
        ("rest", "Q0", "1", "querwerk"), ("rest", "Q0", "2", "querwerk"),
    ]  # fmt: skip
    assert (rows[0][2], rows[2][2]) == ("museum", "mode")
    assert [float(row[4]) for row in rows] == [1, 0.5, 1, 0.5]
    (tmp_path / "trec").write_text("besuch 0 museum 1\nrest 0 mode 2\nrest 0 holz 0\nother 0 holz 0\n")
    (tmp_path / "short").write_text(f"besuch\t{rows[1][2]}\nrest\tmode\t1\n")
    assert run("eval", "--run", str(out), "--qrels", str(tmp_path / "trec"), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"queries": 2, "nDCG@10": 1, "Recall@10": 1, "MRR": 1}
    assert run("eval", "--run", str(out), "--qrels", str(tmp_path / "short")) == 0
    assert capsys.readouterr().out.split() == [
        "queries",
        "2",
        "nDCG@10",
        "0.8155",
        "Recall@10",
        "1.0000",
        "MRR",
        "0.7500",
    ]


def test_a_match_is_explained_for_people_and_for_programs(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", *files, "--lexical", "besuch", "museum", "--language", "de") == 0
    assert capsys.readouterr().out.startswith("Beide Texte verwenden „besucher“")
    assert run("explain", *files, "--lexical", "rest", "mode", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sentence"].startswith("Both texts use")
    text = "Odřezky látek a nové oblečení."
    assert [(pair["doc"]["text"], pair["doc"]["source"], pair["doc"]["end"]) for pair in found["pairs"]] == [
        (text, 1, 30)
    ]
    assert {"odřezky", "látek"} <= set(found["words"])
    assert found["words"][0] in text.lower()


BROKEN = [
    (b"", "d.tsv has no entries"),
    (b"\n \n", "d.tsv has no entries"),
    (b"a\tone\nb\ttwo\n\na\tthree\n", "d.tsv, line 4: the id “a” stands in line 1 already"),
    (b"a\tone\nb\t\xff\xfe\n", "d.tsv, line 2: byte 3 is not written in UTF-8"),
    (b"a\x00\tone\n", "d.tsv, line 1: 'a\\x00' is no id"),
    (b"a b\tone\n", "d.tsv, line 1: 'a b' is no id"),
    (b"\tone\n", "d.tsv, line 1: '' is no id"),
    (b"a\tone\nb two\n", "d.tsv, line 2: there is no tab; expected is “id, tab, text”"),
    (b"a\tone\n{nonsense}\n", "d.tsv, line 2: this is no JSON"),
    (b'{"id": 7, "text": "one"}\n', "d.tsv, line 1: “id”, “text”, “sector” and “language” are texts"),
    (b'{"id": "a", "tags": null}\n', "d.tsv, line 1: “id”, “text”, “sector” and “language” are texts"),
    (b'{"id": "a", "text": "x", "language": "Klingon"}\n', "d.tsv, line 1: “Klingon” is no language"),
    (b'{"id": "a", "text": ' + b"[" * 9_000, "d.tsv, line 1: this is no JSON"),
]


@pytest.mark.parametrize(("data", "message"), BROKEN)
def test_a_file_that_is_broken_is_refused_with_its_line(
    tmp_path: Path, files: list[str], data: bytes, message: str
) -> None:
    (tmp_path / "d.tsv").write_bytes(data)
    assert f"querwerk: {message}" in str(run("rank", *files, "--lexical", "--run", str(tmp_path / "run"))).replace(
        f"{tmp_path}/", ""
    )
    assert not (tmp_path / "run").exists()


def test_what_is_odd_but_not_wrong_is_read(tmp_path: Path, files: list[str]) -> None:
    (tmp_path / "d.tsv").write_bytes("nul\tHolz\0Möbel\r\nempty\t\n🎭\t\ud83d\n".encode(errors="replace"))
    assert run("rank", *files, "--lexical", "--run", str(tmp_path / "run")) == 0
    assert {line.split()[2] for line in (tmp_path / "run").read_text().splitlines()} == {"nul", "empty", "🎭"}


def test_wrong_arguments_are_refused_with_what_would_be_right(tmp_path: Path, files: list[str]) -> None:
    out = ["--run", str(tmp_path / "run")]
    assert "--query-lang: “german” is no language" in str(run("rank", *files, *out, "--query-lang", "german"))
    assert "--top must be at least 1" in str(run("rank", *files, *out, "--top", "0"))
    assert "there is no query “x”" in str(run("explain", *files, "--lexical", "x", "museum"))
    assert "there is no document “x”" in str(run("explain", *files, "--lexical", "besuch", "x"))
    assert "cannot be read: No such file" in str(run("rank", "--queries", "gone", "--docs", "gone", *out))
    (tmp_path / "run").write_text("a Q0 b 1 0.5\n")
    (tmp_path / "qrels").write_text("a\n")
    assert "run, line 1: a line of a run has six columns" in str(run("eval", *out, "--qrels", str(tmp_path / "qrels")))
    (tmp_path / "run").write_text("a Q0 b 1 0.5 name\n")
    assert "qrels, line 1: expected are query, document" in str(run("eval", *out, "--qrels", str(tmp_path / "qrels")))
    (tmp_path / "plain").write_text("no folder")
    assert "Name another folder with --vectors" in str(run("rank", *files, *out, "--vectors", str(tmp_path / "plain")))


def test_ctrl_c_and_kill_lose_little_and_the_next_run_repeats_nothing(tmp_path: Path, files: list[str]) -> None:
    texts = [" ".join(f"Werkzeug {number * place}" for place in range(1, 12)) for number in range(1, 71)]
    (tmp_path / "d.tsv").write_text("".join(f"{number}\t{text}\n" for number, text in enumerate(texts)))
    cache = VectorCache(tmp_path / "kept", Bundled())
    code = f"from querwerk.cli import main; main({['matching', 'rank', *files, '--run', str(tmp_path / 'run'), '--vectors', str(tmp_path / 'kept')]!r})"
    for sent, ended in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
        before = cache.missing(texts)
        with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) as process:
            while cache.missing(texts) > before - 10:
                assert process.poll() is None
                time.sleep(0.005)
            os.kill(process.pid, sent)
            assert process.wait() == ended
            assert process.stderr is not None
            assert (sent is signal.SIGINT) == ("the same command goes on from there" in process.stderr.read())
        assert 0 < cache.missing(texts) <= before - 10
    assert not (tmp_path / "run").exists()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    (records,) = (tmp_path / "kept").glob("*/records")
    assert records.stat().st_size == (len(texts) + 2) * 24
    assert len((tmp_path / "run").read_text().splitlines()) == 140
