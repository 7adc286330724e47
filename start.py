"""Sets everything up on a fresh machine and runs the program, its tests or its measurements.

Standard library only. The first line that asks for Python 3.11 runs on 3.6 as well, so that an
old Python gets a sentence and not a syntax error; annotations are therefore quoted where 3.6
could not evaluate them.
"""

import ctypes.util
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BENCH_VENV = ROOT / "bench" / ".venv"
LOCK = ROOT / "requirements.lock"
OLDEST_VENV = ROOT / ".venv-oldest"
OLDEST_LOCK = ROOT / "requirements-oldest.lock"
BENCH_LOCK = ROOT / "bench" / "requirements.lock"
READY = "duiping-ready"
DEMO_MARK = ".made-by-duiping-demo"
OLDEST = (3, 11)
KNOWN_MINORS = (14, 13, 12, 11)

HELP = """\
usage: python3 start.py [COMMAND]

  run            open the window (also without a command)
  demo [DIR]     set up, make a sample day in DIR (default: demo-day) and reconcile it
  test [ARGS]    set up and run the tests; ARGS go to pytest
  oldest [ARGS]  run the window's tests with the oldest libraries that we support
  check          format, lint, types, import contracts and tests, as the build server does
  bench [ARGS]   measure beside plain baselines; --rows 100000 for a quick look
  setup          only set up
  app ARGS       the command line: python3 start.py app --help
  build          pack the program for machines without Python: dist/duiping
  texts          collect the texts, bring the translations up to date and compile them
  pictures       take the pictures of the window that stand in docs/screenshots
  lock           resolve the dependencies anew (needs uv)
"""

NO_SCREEN = """\
There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set). Everything the window
does to data also works on the command line: python3 start.py app --help"""

# The wheels of this one still run on glibc 2.28, which UOS and Kylin desktops have.
OLDEST_WINDOW = "pyside6-essentials==6.9.3\n"

# Debian and Ubuntu packages by purpose; `tests` are installed on a build server only.
SYSTEM_PACKAGES = {
    "venv": "python3-venv",
    "tests": "postgresql",
    "window": (
        "libegl1 libgl1 libdbus-1-3 libfontconfig1 libglib2.0-0 libx11-xcb1 libxkbcommon-x11-0"
        " libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-randr0 libxcb-shape0 libxcb-xfixes0"
    ),
}

# What pip says, and what we say. The first that is found counts.
PIP_FAILURES = {
    "No space left on device|Errno 28|not enough space on the disk": (
        "The disk is full. Set-up needs about 1 GB; make room and try again."
    ),
    "DO NOT MATCH THE HASHES": (
        "A downloaded package is not the one the lock file names. Try again; if it happens "
        "again, the package source in use cannot be trusted."
    ),
    "Failed to establish a new connection|Temporary failure in name resolution|"
    "Name or service not known|getaddrinfo failed|nodename nor servname|Connection refused|"
    "ConnectTimeoutError|ReadTimeoutError|ProxyError|Network is unreachable|SSLError|"
    "Connection reset": (
        "The package source cannot be reached. Set-up needs the network once: check the "
        "connection and the proxy (HTTPS_PROXY), or point PIP_INDEX_URL at a mirror."
    ),
    "No matching distribution found|Could not find a version": (
        "A package has no ready-made build for this Python or this machine. Supported are "
        "CPython 3.11 to 3.14 on Linux (glibc 2.28 or later), macOS and Windows, 64 bit."
    ),
    "Permission denied|Errno 13": "A file could not be written. Check who owns this folder.",
}


class StartError(Exception):
    """Something the person at the keyboard can act on."""


def main(arguments: "list[str]") -> int:
    """Run one command and return its exit code."""
    if sys.version_info < OLDEST:
        return _with_newer_python(arguments)
    command, rest = (arguments[0], arguments[1:]) if arguments else ("run", [])
    if command in ("help", "--help", "-h"):
        print(HELP)
        return 0
    try:
        return COMMANDS.get(command, unknown)(rest)
    except StartError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def unknown(_rest: "list[str]") -> int:
    """Say that there is no such command, and which there are."""
    print(f"There is no such command.\n\n{HELP}", file=sys.stderr)
    return 2


def show(rest: "list[str]") -> int:
    """Open the window."""
    python = environment(VENV, LOCK)
    require_window(python, tests=False)
    return call([python, "-m", "ui", *rest])


def setup(_rest: "list[str]") -> int:
    """Make the environment."""
    environment(VENV, LOCK)
    return 0


def app(rest: "list[str]") -> int:
    """Run the command line."""
    return call([environment(VENV, LOCK), "-m", "app", *rest])


def demo(rest: "list[str]") -> int:
    """Run the main job on a sample day."""
    folder = Path(rest[0] if rest and not rest[0].startswith("-") else ROOT / "demo-day")
    options = rest[1:] if rest and not rest[0].startswith("-") else rest
    prepare_demo_folder(folder)
    return call([environment(VENV, LOCK), "-m", "app.cli.tour", str(folder), *options])


def test(rest: "list[str]") -> int:
    """Run the tests."""
    python = environment(VENV, LOCK)
    require_test_packages(python)
    return call([python, "-m", "pytest", *(rest or in_parallel())])


def oldest(rest: "list[str]") -> int:
    """Run the window's tests with the oldest libraries that we support."""
    python = environment(OLDEST_VENV, OLDEST_LOCK)
    require_window(python, tests=True)
    return call([python, "-m", "pytest", *(rest or ["tests/ui", *in_parallel()])])


def check(_rest: "list[str]") -> int:
    """Run every check and say which failed: see tests/checks.py."""
    python = environment(VENV, LOCK)
    require_test_packages(python)
    require_packing()
    return call([python, "-m", "tests.checks"])


def bench(rest: "list[str]") -> int:
    """Measure the program and the plain baselines."""
    python = environment(VENV, LOCK)
    others = environment(BENCH_VENV, BENCH_LOCK)
    return call([python, "-m", "bench", "--baseline-python", others, *rest])


def pack(rest: "list[str]") -> int:
    """Pack the program; the script says how large it became and what was left out."""
    python = environment(VENV, LOCK)
    require_window(python, tests=True)
    require_packing()
    return call([python, "-m", "PyInstaller", "--noconfirm", "build_installer.spec", *rest])


def texts(_rest: "list[str]") -> int:
    """Bring the translations up to date."""
    return call([environment(VENV, LOCK), "-m", "tests.texts"])


def pictures(rest: "list[str]") -> int:
    """Take the pictures of the window that stand in docs/."""
    python = environment(VENV, LOCK)
    require_window(python, tests=True)
    return call([python, "-m", "docs.screenshots", *rest])


def lock(_rest: "list[str]") -> int:
    """Resolve the dependencies anew."""
    uv = shutil.which("uv")
    if uv is None:
        raise StartError("`lock` needs uv: pip install uv")
    options = ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--upgrade"]
    compile_ = [uv, "pip", "compile", *options, "--only-binary", ":all:", "--quiet"]
    main_ = [*compile_, "pyproject.toml", "--group", "dev"]
    bounds = OLDEST_LOCK.with_suffix(".bounds")
    bounds.write_text(OLDEST_WINDOW, encoding="ascii")
    try:
        code = call([*main_, "-o", str(LOCK)])
        code = code or call([*main_, "-c", str(bounds), "-o", str(OLDEST_LOCK)])
        return code or call([*compile_, "--group", "bench", "-o", str(BENCH_LOCK)])
    finally:
        bounds.unlink()


COMMANDS = {
    "run": show,
    "setup": setup,
    "app": app,
    "demo": demo,
    "test": test,
    "oldest": oldest,
    "check": check,
    "bench": bench,
    "build": pack,
    "texts": texts,
    "pictures": pictures,
    "lock": lock,
}


def in_parallel() -> "list[str]":
    """Give the pytest arguments for a whole run: two workers, quick ones take over the rest."""
    return ["-n", "2", "--dist", "worksteal"]


# ---------------------------------------------------------------- the environment


def environment(venv: Path, lock_file: Path) -> str:
    """Return the Python of a complete environment, making or remaking it when needed."""
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = digest(lock_file)
    if is_ready(venv, wanted) and python.exists():
        return str(python)
    with only_one(venv):
        if not (is_ready(venv, wanted) and python.exists()):
            build(venv, lock_file, python)
            mark_ready(venv, wanted)
    return str(python)


def digest(lock_file: Path) -> str:
    """Name the state an environment must be in: the lock file, this Python and this machine."""
    content = hashlib.sha256(lock_file.read_bytes())
    for part in (sys.version, platform.machine(), sys.platform, str(ROOT)):
        content.update(part.encode() + b"\0")
    return content.hexdigest()


def is_ready(venv: Path, wanted: str) -> bool:
    """Tell whether an environment was finished for this digest."""
    try:
        return (venv / READY).read_text(encoding="ascii").strip() == wanted
    except (OSError, UnicodeDecodeError):
        return False


def mark_ready(venv: Path, wanted: str) -> None:
    """Remember that an environment is finished; nothing before this line counts."""
    (venv / READY).write_text(wanted + "\n", encoding="ascii")


def build(venv: Path, lock_file: Path, python: Path) -> None:
    """Make an environment from nothing."""
    require_venv()
    began = time.monotonic()
    print(f"Setting up {venv.name} (once; about a minute) ...", flush=True)
    log = lock_file.parent / ".setup.log"
    (venv / READY).unlink(missing_ok=True)
    quietly([sys.executable, "-m", "venv", "--clear", str(venv)], log)
    pip = [str(python), "-m", "pip", "install", "--require-hashes", "--no-deps"]
    pip += ["--only-binary", ":all:", "--no-input", "--disable-pip-version-check"]
    quietly([*pip, "-r", str(lock_file)], log)
    log.unlink()
    print(f"Ready after {time.monotonic() - began:.0f} s.", flush=True)


def quietly(command: "list[str]", log: Path) -> None:
    """Run a set-up step with its output in a log.

    Raises:
        StartError: It failed; the words say why and where the log is.
    """
    try:
        with log.open("wb") as output:
            code = subprocess.call(command, stdout=output, stderr=output, env=child_env())
    except OSError as error:
        raise StartError(explain(str(error), log)) from None
    if code:
        raise StartError(explain(log.read_text(encoding="utf-8", errors="replace"), log))


def explain(output: str, log: Path) -> str:
    """Turn what a tool said into what to do."""
    for signs, words in PIP_FAILURES.items():
        if any(sign in output for sign in signs.split("|")):
            return f"Set-up did not work. {words}\nDetails: {log}"
    last = [line for line in output.splitlines() if line.strip()][-3:]
    return "Set-up did not work:\n  {}\nDetails: {}".format("\n  ".join(last), log)


@contextmanager
def only_one(venv: Path) -> "Iterator[None]":
    """Keep two runs of this script from building the same environment at once."""
    try:
        handle = venv.with_name(venv.name + ".lock").open("a")
    except OSError as error:
        raise StartError(f"This folder cannot be written: {error}") from None
    with handle:
        if os.name != "nt":
            import fcntl  # noqa: PLC0415 - not there on Windows

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def require_venv() -> None:
    """Make sure that this Python can make environments.

    Raises:
        StartError: It cannot, and we may not install what is missing.
    """
    probe = "import venv, ensurepip"
    if subprocess.call([sys.executable, "-c", probe], stderr=subprocess.DEVNULL) == 0:
        return
    names = ("python{}.{}-venv".format(*sys.version_info[:2]), SYSTEM_PACKAGES["venv"])
    for name in names:
        if install_system_packages([name]):
            return
    words = "This Python cannot make environments (venv or ensurepip is missing)."
    if shutil.which("apt-get"):
        words += f" Type: {apt_command([names[-1]])}"
    raise StartError(words)


# ---------------------------------------------------------------- the system


def require_test_packages(python: str) -> None:
    """Get what the window needs and, on a build server, what the PostgreSQL tests start."""
    require_window(python, tests=True)
    if os.environ.get("CI", "").lower() not in ("true", "1") or has_postgresql():
        return
    names = SYSTEM_PACKAGES["tests"].split()
    if not install_system_packages(names):
        print(f"The PostgreSQL tests will be skipped. To run them: {apt_command(names)}")


def require_packing() -> None:
    """Make sure that PyInstaller finds what it reads programs with, and a Python to take along.

    Raises:
        StartError: Something is missing that we may not install.
    """
    if not sys.platform.startswith("linux"):
        return
    library = "python{}.{}".format(*sys.version_info[:2])
    names = [] if shutil.which("objdump") else ["binutils"]
    if sys.base_prefix == "/usr" and not ctypes.util.find_library(library):
        names.append("lib" + library)
    if names and not install_system_packages(names):
        raise StartError(f"Packing needs more. {apt_command(names)}")


def require_window(python: str, *, tests: bool) -> None:
    """Make sure that the window can be opened, for tests on no screen at all.

    Raises:
        StartError: There is no screen, or libraries are missing that we may not install.
    """
    if not sys.platform.startswith("linux") or opens_window(python, tests=tests):
        return
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not tests and not screen and not os.environ.get("QT_QPA_PLATFORM"):
        raise StartError(NO_SCREEN)
    names = SYSTEM_PACKAGES["window"].split()
    if install_system_packages(names) and opens_window(python, tests=tests):
        return
    raise StartError(f"The window cannot be opened: libraries are missing. {apt_command(names)}")


def opens_window(python: str, *, tests: bool) -> bool:
    """Try whether Qt finds all it needs."""
    env = dict(child_env(), **({"QT_QPA_PLATFORM": "offscreen"} if tests else {}))
    probe = [python, "-c", "from PySide6.QtWidgets import QApplication; QApplication([])"]
    return subprocess.call(probe, stderr=subprocess.DEVNULL, env=env) == 0


def has_postgresql() -> bool:
    """Tell whether the server programs are on this machine."""
    debian = Path("/usr/lib/postgresql")
    return bool(shutil.which("initdb") or list(debian.glob("*/bin/initdb")))


def install_system_packages(names: "list[str]") -> bool:
    """Install Debian packages when root; tell whether they are there now."""
    apt_get = shutil.which("apt-get")
    if apt_get is None or os.geteuid() != 0:
        return False
    print("Installing {} ...".format(" ".join(names)), flush=True)
    env = dict(child_env(), DEBIAN_FRONTEND="noninteractive")
    install = [apt_get, "install", "-y", "-qq", "--no-install-recommends", *names]
    subprocess.call([apt_get, "update", "-qq"], stdout=subprocess.DEVNULL, env=env)
    return subprocess.call(install, stdout=subprocess.DEVNULL, env=env) == 0


def apt_command(names: "list[str]") -> str:
    """Give the one command that installs Debian packages."""
    return "sudo apt-get update && sudo apt-get install -y {}".format(" ".join(names))


def prepare_demo_folder(folder: Path) -> None:
    """Make or empty the folder of the sample day.

    Raises:
        StartError: It holds something that is not ours.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / DEMO_MARK).exists():
            raise StartError(
                f"{folder} is not empty and was not made by `demo`. Nothing in it was touched. "
                "Name another folder: python3 start.py demo DIR"
            )
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        (folder / DEMO_MARK).write_text("Emptied by the next `demo`.\n", encoding="ascii")
    except OSError as error:
        raise StartError(f"{folder} cannot be used: {error.strerror}") from None


def call(command: "list[str]") -> int:
    """Run a command in the project's folder with its output on the screen."""
    return subprocess.call(command, cwd=str(ROOT), env=child_env())


def child_env() -> "dict[str, str]":
    """Give the environment of everything that we start."""
    return dict(os.environ, PYTHONUTF8="1", PYTHONNOUSERSITE="1")


def _with_newer_python(arguments: "list[str]") -> int:
    newer = _newer_python()
    if newer is None:
        print(
            "Duiping needs Python {}.{} or later; this is {}.{}, and no later one was found.\n"
            "Install one from https://www.python.org/downloads/ or with the system's packages, "
            "then run this again.".format(*(OLDEST + tuple(sys.version_info[:2]))),
            file=sys.stderr,
        )
        return 1
    return subprocess.call([*newer, str(Path(__file__).resolve()), *arguments])


def _newer_python() -> "list[str] | None":
    for minor in KNOWN_MINORS:
        found = shutil.which(f"python3.{minor}")
        candidates = [[found]] if found else []
        if os.name == "nt" and shutil.which("py"):
            candidates.append(["py", f"-3.{minor}"])
        for candidate in candidates:
            if subprocess.call([*candidate, "-c", ""], stderr=subprocess.DEVNULL) == 0:
                return candidate
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
