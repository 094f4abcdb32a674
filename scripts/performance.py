"""Write the tables of docs/performance.md from the last `make bench`; tests/test_performance.py says when it is due.

python scripts/performance.py [--results FOLDER] [--page FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks" / "speed"))

from rig.programs import PROGRAMS  # noqa: E402 - found by the line above

__all__ = ["BEGIN", "END", "PAGE", "RESULTS", "main", "page", "results"]

PAGE = ROOT / "docs" / "performance.md"
RESULTS = ROOT / "benchmarks" / "results" / "speed"
BEGIN, END = "<!-- from benchmarks/results/speed -->\n", "<!-- end -->"
MET = {True: "met", False: "**missed**", None: "not measured"}
Result = Mapping[str, Any]


def main() -> int:
    """Bring the page up to date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args()
    text = options.page.read_text(encoding="utf-8")
    options.page.write_text(page(text, results(options.results)), encoding="utf-8")
    return 0


def results(folder: Path) -> dict[str, Result]:
    """What each program found, in the order of the page; without those that were not run."""
    paths = {name: folder / f"{name}.json" for name in PROGRAMS}
    return {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items() if path.exists()}


def page(text: str, found: Mapping[str, Result]) -> str:
    """*text* with the part between the marks written anew."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{made(found)}\n{END}{after}"


def made(found: Mapping[str, Result]) -> str:
    """On what it was measured, all targets, and a section for each program."""
    parts = [*_facts(found), "## The targets\n", _targets(found)]
    if missing := [f"`{name}`" for name in PROGRAMS if name not in found]:
        parts.append(f"Not measured yet: {', '.join(missing)}.\n")
    return "\n".join([*parts, *(_section(name, result) for name, result in found.items())])


def _facts(found: Mapping[str, Result]) -> list[str]:
    """Machines and versions, each with what was measured so: usually one line."""
    named: dict[str, list[str]] = {}
    for name, result in found.items():
        named.setdefault(_fact(result), []).append(name)
    lines = [f"{facts}\n" if len(named) == 1 else f"{', '.join(names)}: {facts}\n" for facts, names in named.items()]
    rough = [name for name, result in found.items() if result["rough"]]
    if rough:
        which = "All figures" if len(rough) == len(found) else f"The figures of {', '.join(rough)}"
        lines.append(f"**{which} are rough**: few and small rounds, on a machine that others used meanwhile.\n")
    return lines


def _fact(result: Result) -> str:
    machine, versions = result["machine"], dict(result["versions"])
    rivals = versions.pop("rivals", {})
    mine = ", ".join(f"{'Python' if name == 'python' else name} {version}" for name, version in versions.items())
    theirs = ", ".join(f"{name} {version}" for name, version in rivals.items())
    where = f"{machine['system']}, {machine['processor']}, {machine['cores']} cores; {mine}"
    return (
        f"{where}. In the rivals' environment: {theirs}."
        if theirs
        else f"{where}. Rivals with an own environment: none."
    )


def _targets(found: Mapping[str, Result]) -> str:
    rows = [
        (each["what"], _measured(each), _limit(each), MET[each["met"]], f"[{name}](#{name.replace('_', '-')})")
        for name, result in found.items()
        for each in result["targets"]
    ]
    return _table(("", "measured", "target", "", "program"), rows)


def _measured(target: Mapping[str, Any]) -> str:
    return "–" if target["value"] is None else f"{_shown(target['value'])} {target['unit']}"


def _limit(target: Mapping[str, Any]) -> str:
    return f"{'≥' if target['least'] else '≤'} {target['limit']:g} {target['unit']}"


def _section(name: str, result: Result) -> str:
    """A program's tables, with how they were measured and what they do not show."""
    program = PROGRAMS[name][0]
    lines = [
        f'<a id="{name.replace("_", "-")}"></a>\n',
        f"## {result['title']}\n",
        f"{result['measured']}\n",
        f"Sizes: {', '.join(f'{number:,} {name}' for name, number in result['sizes'].items())}.\n",
    ]
    for table in result["tables"]:
        lines += [f"{table['caption']}:\n"] if table["caption"] else []
        lines.append(_table(table["head"], ([_shown(cell) for cell in row] for row in table["rows"])))
    lines += [f"Left out: {_left_out(result['left_out'])}.\n"] if result["left_out"] else []
    lines += [f"*Not shown:* {result['not_shown']}\n", f"Program: [{program}.py](../benchmarks/speed/{program}.py).\n"]
    return "\n".join(lines)


def _left_out(names: Mapping[str, str]) -> str:
    return "; ".join(f"{name} ({why})" for name, why in names.items())


def _shown(cell: Any) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int) or abs(cell) >= 100:
        return f"{cell:,.0f}"
    return f"{cell:.3g}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    # A column of words stays at the left.
    found = list(rows)
    left = {at for at in range(len(head)) if at == 0 or any(_is_words(row[at]) for row in found)}
    rule = ["---" if at in left else "---:" for at in range(len(head))]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *found)) + "\n"


def _is_words(cell: str) -> bool:
    return cell[:1].isalpha() or cell[:1] in "`*["


if __name__ == "__main__":
    sys.exit(main())
