"""Which files are ours: what stands in the checkout without what is built, installed or kept by tools."""

from collections.abc import Generator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = frozenset({".git", ".venv", "node_modules", "static", "instance", "test-results", "__pycache__", "build"})
READABLE = frozenset(
    {"", ".cfg", ".css", ".csv", ".html", ".ini", ".js", ".json", ".mako", ".md", ".mjs", ".py", ".scss", ".sh",
     ".svg", ".toml", ".txt", ".typ", ".yaml", ".yml"}
)  # fmt: skip


def our_files(folder: Path = ROOT) -> Generator[Path]:
    """Every text file of the project, in no particular order."""
    for path in folder.iterdir():
        if path.name in NOT_OURS or path.name.endswith((".egg-info", "_cache", ".lock")) or path.name == ".hypothesis":
            continue
        if path.is_dir():
            yield from our_files(path)
        elif path.suffix in READABLE and not path.name.startswith(".env"):
            yield path


def modules() -> list[Path]:
    """Every Python module of the project."""
    return sorted(path for path in our_files() if path.suffix == ".py")


def name_of(path: Path) -> str:
    """How a failing test calls the file."""
    return path.relative_to(ROOT).as_posix()
