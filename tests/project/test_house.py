"""The rules of the house, as docs/architecture.md states them: what no import contract can say."""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

import grimp
import pytest
from worker_imports import built_worker, imports_of_the_worker

from emblazon_origin.cli.project.worker_files import write_worker

ROOT = Path(__file__).parents[2]
EDGE, ORIGIN = ROOT / "edge" / "emblazon", ROOT / "origin" / "emblazon_origin"
MODULES = sorted([*EDGE.rglob("*.py"), *ORIGIN.rglob("*.py")])
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MOST_IN_A_FOLDER = 20
HOST_MODULES = {"js", "pyodide", "workers"}  # what only the Workers runtime has
CLOCKS_AND_IO = {
    "time",
    "socket",
    "random",
    "secrets",
    "os",
    "asyncio",
    "threading",
    "sqlite3",
    "urllib.request",
}
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])


def imported(path: Path) -> set[str]:
    """Return the top-level packages that a module imports; relative ones aside."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module)
    return names


def test_no_module_is_part_of_an_import_circle() -> None:
    graph = grimp.build_graph("emblazon", "emblazon_origin", cache_dir=None)
    before = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    while free := {module for module, needs in before.items() if not needs & before.keys()}:
        before = {module: needs for module, needs in before.items() if module not in free}
    in_circles = {
        module
        for module in before
        if any(module in graph.find_upstream_modules(need) for need in before[module])
    }
    assert in_circles == set()


def test_no_folder_holds_more_than_twenty_modules() -> None:
    sizes: dict[Path, int] = defaultdict(int)
    for path in MODULES:
        sizes[path.parent] += path.name != "__init__.py"
    assert {str(f.relative_to(ROOT)): n for f, n in sizes.items() if n > MOST_IN_A_FOLDER} == {}


def test_every_package_says_what_its_modules_are() -> None:
    silent = []
    for folder in {path.parent for path in MODULES}:
        text = (
            (folder / "__init__.py").read_text(encoding="utf-8") if (folder / "__init__.py").exists() else ""
        )
        doc = ast.get_docstring(ast.parse(text)) or ""
        modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "__main__"}
        silent += [
            f"{folder.relative_to(ROOT)}: {name}" for name in modules if not re.search(rf"\b{name}\b", doc)
        ]
    assert sorted(silent) == []


def shared_names() -> dict[str, list[str]]:
    """Return the module names, and names of public classes, that stand in more than one place."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        where = str(path.relative_to(ROOT))
        if path.name not in ("__init__.py", "__main__.py"):
            places[path.name].append(where)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(where)
    return {name: where for name, where in places.items() if len(where) > 1}


def test_names_that_two_modules_or_classes_share_are_explained() -> None:
    table = ARCHITECTURE.partition("## Names that two modules share")[2]
    explained = {name.strip("`") for name in re.findall(r"^\| (`[^`]+`) \|", table, re.MULTILINE)}
    shared = shared_names()
    assert {name: where for name, where in shared.items() if name not in explained} == {}
    assert explained - shared.keys() == set(), "docs/architecture.md explains names that are not shared"


@pytest.mark.parametrize("path", sorted(EDGE.rglob("*.py")), ids=lambda p: str(p.relative_to(EDGE)))
def test_edge_imports_the_standard_library_alone(path: Path) -> None:
    roots = {name.partition(".")[0] for name in imported(path)}
    allowed = sys.stdlib_module_names | {"emblazon"}
    allowed |= HOST_MODULES if path.parent.name == "cloudflare" else set()
    allowed |= {"django"} if "django" in path.parts else set()
    allowed |= (
        {path.stem} if path.parent == EDGE and path.stem in ("aiohttp", "flask", "starlette") else set()
    )
    assert roots <= allowed


@pytest.mark.parametrize("folder", ["contract", "edge"])
def test_edge_core_has_neither_clock_nor_io(folder: str) -> None:
    guilty = {
        str(p.relative_to(EDGE)): sorted(imported(p) & CLOCKS_AND_IO) for p in (EDGE / folder).rglob("*.py")
    }
    allowed = {
        "edge/http/cache_control.py": ["time"],
        "edge/store/flight.py": ["asyncio"],
    }  # dates to text; a lock
    assert {where: names for where, names in guilty.items() if names and allowed.get(where) != names} == {}


def test_upload_of_the_worker_is_what_it_imports(tmp_path: Path) -> None:
    for name in ("wrangler.toml", "edge"):
        (tmp_path / name).symlink_to(ROOT / name)
    upload, of_a_project = built_worker(tmp_path), tmp_path / "worker"
    write_worker(of_a_project)
    for folder in (upload, of_a_project):
        assert {str(path.relative_to(folder)) for path in folder.rglob("*.py")} == imports_of_the_worker()


def test_any_in_the_style_stage_is_rare_and_says_why() -> None:
    found: list[str] = []
    silent: list[str] = []
    for path in sorted((ORIGIN / "style").rglob("*.py")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for index, line in enumerate(lines):
            if not re.search(r"\bAny\b", line.split("#")[0].replace("`Any`", "")):
                continue
            place = f"{path.relative_to(ORIGIN)}:{index + 1}"
            found.append(place)
            around = "\n".join(lines[max(index - 1, 0) : index + 6])
            if "import" not in line and "#" not in line and "`Any`" not in around:
                silent.append(place)
    assert len(found) < 60, found
    assert silent == []


def test_every_file_that_a_page_names_exists() -> None:
    missing = []
    for page in PAGES:
        for name in set(
            re.findall(r"`([\w./-]+/[\w.-]+\.(?:py|md|toml|html|mjs|json|css))`", page.read_text("utf-8"))
        ):
            bases = (ROOT, EDGE, ORIGIN, page.parent, ROOT / "templates" / "article", ROOT / "tests" / "edge")
            if not any((base / name).exists() for base in bases):
                missing.append(f"{page.name}: {name}")
    assert sorted(missing) == []


def test_functions_that_decide_are_where_the_map_says() -> None:
    table = ARCHITECTURE.partition("## Where is the line that decides")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| [^|]+ \| `([^`]+)` \| (?:`(\w+)`)? ?\|$", table, re.MULTILINE)
    assert len(rows) > 10
    for name, function in rows:
        path = next((base / name for base in (ROOT, ORIGIN, EDGE) if (base / name).exists()), None)
        assert path is not None, name
        assert f"def {function}(" in path.read_text(encoding="utf-8") if function else True, (name, function)


def headings(page: Path) -> set[str]:
    return set(re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE))


def test_pages_sections_and_rows_that_code_cites_exist() -> None:
    rows = set(re.findall(r"^\| (\d+) \|", (ROOT / "docs" / "caching.md").read_text("utf-8"), re.MULTILINE))
    wrong = []
    for path in [
        *MODULES,
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "bench").rglob("*.py"),
        ROOT / "edge" / "worker.py",
    ]:
        text = path.read_text(encoding="utf-8")
        for page, rest in re.findall(r"(docs/[\w/-]+\.md)([^\n]{0,60})", text):
            if not (ROOT / page).exists():
                wrong.append(f"{path.name}: {page}")
                continue
            section = re.match(r', "([^"]+)"', rest)
            if section and section[1] not in headings(ROOT / page):
                wrong.append(f"{path.name}: {page}, {section[1]}")
            cited = re.match(r",? rows? ([\d, and to]+)", rest)
            named = re.findall(r"\d+", cited[1]) if cited and page == "docs/caching.md" else []
            wrong += [f"{path.name}: {page} row {row}" for row in named if row not in rows]
        if path.name != "test_house.py" and re.search(r"\b(DESIGN|CACHING|PLATFORM|HOUSE)\.md", text):
            wrong.append(f"{path.name}: cites a page outside the repository")
    assert wrong == []


def links(page: Path) -> list[str]:
    return re.findall(r"\]\((?!https?:|mailto:|#)([^)\s]+)\)", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    assert [link for link in links(page) if not (page.parent / link.partition("#")[0]).exists()] == []
