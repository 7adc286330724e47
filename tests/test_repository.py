"""The rules of the house that no other tool checks."""

from __future__ import annotations

import ast
import gettext
import importlib
import pkgutil
import platform
import re
import shutil
import string
import subprocess
import tokenize
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo

from app.base.errors import UserError
from tests.texts import LANGUAGES, ROOT, catalogue_path, messages, read_catalogue, template

LONGEST_FILE = 500
LONGEST_FUNCTION = 50
LARGEST_FILE = 1_000_000
TOP_LEVEL = {
    *(".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "README.md", "build_installer.spec"),
    *("app", "ui", "resources", "migrations", "tests", "bench", "docs"),
    *("pyproject.toml", "requirements.lock", "requirements-oldest.lock", "start.py"),
}
READERS_ONLY = ("app", "ui", "resources", "migrations", "tests", "bench", "docs")
TEXT_FILES = {".py", ".md", ".toml", ".spec", ".lock", ".po", ".json", ".ini", ".mako", ".yaml", ""}
MACHINE_PATHS = re.compile(r"/(?:home|root|Users|work)/(?!me/)[a-z]|[A-Z]:\\\\?Users\\", re.ASCII)
ADDRESSES = re.compile(r"(?<![\w.])(?:10\.\d+|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+\b")


# ---------------------------------------------------------------- sizes and names


def test_no_file_is_too_long() -> None:
    # A migration is a listing of tables, read from top to bottom once.
    long = {
        str(path): count
        for path in _python()
        if path.parts[:2] != ("migrations", "versions")
        if (count := len(_text(path).splitlines())) > LONGEST_FILE
    }

    assert not long


def test_no_function_is_too_long() -> None:
    long = {
        f"{path}:{function.lineno} {function.name}": length
        for path in _python()
        if path.parts[:2] != ("migrations", "versions")
        for function in _functions(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    }

    assert not long


def test_the_inexact_number_type_is_not_named() -> None:
    found = [
        f"{path}:{token.start[0]}"
        for path in _python("app", "ui")
        for token in _tokens(path)
        if token.type == tokenize.NAME and token.string == "float"
    ]

    assert not found


def test_migrations_do_not_import_the_program() -> None:
    paths = [path for path in _python("migrations") if path.parent.name == "versions"]

    found = [f"{path}: {name}" for path in paths for name in _imports(path) if _is_ours(name)]

    assert not found


# ---------------------------------------------------------------- what is committed


def test_the_top_level_is_as_drawn() -> None:
    found = {path.parts[0] for path in _committed()}

    assert found - TOP_LEVEL == set()
    assert TOP_LEVEL - found == set()


@pytest.mark.parametrize("folder", READERS_ONLY)
def test_each_folder_says_what_lives_there(folder: str) -> None:
    assert len(_text(Path(folder, "README.md")).split()) > 20


def test_no_machine_is_named() -> None:
    here = platform.node()
    found = [
        f"{path}:{number} {line.strip()[:80]}"
        for path in _committed()
        if path.suffix in TEXT_FILES and path != Path("tests/test_repository.py")
        for number, line in enumerate(_text(path).splitlines(), 1)
        if MACHINE_PATHS.search(line) or ADDRESSES.search(line) or _names_host(line, here)
    ]

    assert not found


def test_nothing_large_is_committed() -> None:
    sizes = {p: (ROOT / p).stat().st_size for p in _committed() if "fonts" not in p.parts}

    assert not {str(path): size for path, size in sizes.items() if size > LARGEST_FILE}


def test_the_lock_file_names_no_host() -> None:
    text = (
        _text(Path("requirements.lock"))
        + _text(Path("requirements-oldest.lock"))
        + _text(Path("bench/requirements.lock"))
    )

    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE)
    assert not re.search(r"^[\w.-]+==[^\\]+$", text, re.MULTILINE), "a version without hashes"


# ---------------------------------------------------------------- texts


def test_every_error_has_its_own_sentence() -> None:
    kinds = [kind for kind in _error_kinds() if kind.__module__.startswith("app.")]

    without = [kind.__qualname__ for kind in kinds if "template" not in vars(kind)]
    sentences = [kind.template for kind in kinds]
    shared = {text for text in sentences if sentences.count(text) > 1}
    unfinished = [text for text in sentences if text[-1:] not in ".?!"]

    assert (without, shared, unfinished) == ([], set(), [])
    assert set(sentences) <= {message.id for message in template()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    catalogue = read_catalogue(language)

    wanted = {_key(message) for message in messages(template())}
    there = {_key(message) for message in messages(catalogue) if all(_strings(message))}

    assert wanted - there == set(), "run `python3 start.py texts`, then translate"
    assert {_key(m) for m in messages(catalogue)} - wanted == set(), "no longer in the source"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_fields(language: str) -> None:
    lost = [
        (message.id, text)
        for message in messages(read_catalogue(language))
        for text in _strings(message)
        if text and _fields(text) != _fields(_key(message)[-1])
    ]

    assert not lost


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_translations_are_current(language: str) -> None:
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(language))
    compiled.seek(0)

    assert _compiled(catalogue_path(language).with_suffix(".mo").read_bytes()) == _compiled(
        compiled.read()
    )


def test_texts_are_not_built_before_they_are_translated() -> None:
    found = [
        f"{path}:{call.lineno}"
        for path in _python("app", "ui")
        for call in _calls(path)
        if _called(call).rsplit(".")[-1] in {"_", "N_", "gettext", "ngettext"}
        and any(isinstance(part, ast.JoinedStr) for part in call.args)
    ]

    assert not found


# ---------------------------------------------------------------- audit


def test_every_writing_service_records_audit() -> None:
    recording = _recording(_service_functions())

    silent = [
        name
        for name, function in _service_functions().items()
        if _is_verb(name, function) and name not in recording
    ]

    assert not silent


def test_a_silent_service_would_be_found() -> None:
    source = "def lose(tx, *, a): _drop(tx)\ndef _drop(tx): tx.session.delete(1)\n"
    functions = {f"app.x.service.{f.name}": f for f in _defined(ast.parse(source))}

    assert _recording(functions) == set()
    assert [name for name, function in functions.items() if _is_verb(name, function)] == [
        "app.x.service.lose"
    ]


# ---------------------------------------------------------------- looking


@cache
def _committed() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git clone: cannot tell what is committed")
    listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    output = subprocess.check_output([git, *listing], cwd=ROOT).decode()
    return [Path(name) for name in output.split("\0") if name and (ROOT / name).is_file()]


def _python(*folders: str) -> list[Path]:
    if folders:
        found = [p.relative_to(ROOT) for f in folders for p in sorted((ROOT / f).rglob("*.py"))]
        return [path for path in found if not any(part.startswith(".") for part in path.parts)]
    return [Path("start.py"), *_python("app", "ui", "migrations", "tests", "bench")]


@cache
def _text(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(_text(path))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _tokens(path: Path) -> Iterator[tokenize.TokenInfo]:
    yield from tokenize.tokenize(BytesIO((ROOT / path).read_bytes()).readline)


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def _is_ours(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] in {"app", "ui", "tests"}


def _names_host(line: str, host: str) -> bool:
    # Short names of machines are ordinary words elsewhere.
    return len(host) > 7 and re.search(rf"\b{re.escape(host)}\b", line) is not None


def _error_kinds() -> list[type[UserError]]:
    for package in ("app", "ui"):
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    return sorted(_below(UserError), key=lambda kind: kind.__qualname__)


def _below(kind: type[UserError]) -> set[type[UserError]]:
    children = set(kind.__subclasses__())
    return children.union(*(_below(child) for child in children))


def _key(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, list | tuple) else (str(message.id),)


def _strings(message: Message) -> tuple[str, ...]:
    text = message.string
    return tuple(text) if isinstance(text, list | tuple) else (str(text or ""),)


def _fields(text: str) -> set[str]:
    return {field for _text, field, _spec, _how in string.Formatter().parse(text) if field}


def _compiled(content: bytes) -> dict[object, str]:
    catalogue = gettext.GNUTranslations(BytesIO(content))
    texts: dict[object, str] = vars(catalogue)["_catalog"]
    return {key: value for key, value in texts.items() if key}


# ---------------------------------------------------------------- who records audit


def _defined(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]


@cache
def _service_functions() -> dict[str, ast.FunctionDef]:
    return {
        f"{'.'.join(path.with_suffix('').parts)}.{function.name}": function
        for path in _python("app")
        for function in _defined(_tree(path))
        if path.parts[1] not in {"base", "db", "audit"}
    }


def _is_verb(name: str, function: ast.FunctionDef) -> bool:
    """Tell whether a function is a business verb: a service's, public, and given a transaction."""
    first = function.args.args[:1]
    public = not function.name.startswith(("_", "require"))
    return ".service." in name and public and bool(first) and first[0].arg == "tx"


def _recording(functions: dict[str, ast.FunctionDef]) -> set[str]:
    """Name the functions that record audit themselves or call one that does."""
    calls = {name: set(_called_by(function)) for name, function in functions.items()}
    found = {name for name, called in calls.items() if any(map(_is_record, called))}
    while True:
        short = {name.rsplit(".", 1)[1] for name in found}
        more = {n for n, called in calls.items() if called & short or _bare(called) & short}
        if more <= found:
            return found
        found |= more


def _bare(called: Iterable[str]) -> set[str]:
    return {name.rsplit(".", 1)[-1] for name in called}


def _is_record(name: str) -> bool:
    return name in {"audit.record", "audit_service.record"}


def _called_by(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield _called(node)


def _calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call):
            yield node


def _called(call: ast.Call) -> str:
    render: Callable[[ast.expr], str] = ast.unparse
    return render(call.func)
