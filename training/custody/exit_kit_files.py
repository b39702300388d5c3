"""Opening an exit kit that somebody brought, without believing it: its manifest, its files, and their checksums."""

import hashlib
import json
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from training.core.refusal import Refused
from training.custody.exit_kit import FORMAT, FORMAT_VERSION, MANIFEST, files

LARGEST_MANIFEST = 1_000_000
MOST_PACKED = 300
"""How many times larger than the zip its contents may be: tables shrink to a tenth, a trap to a thousandth."""
PIECE = 1 << 20


class Source(Protocol):
    """Where the files lie."""

    def names(self) -> list[str]:
        """What is there, the manifest and folders left out."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """The file `name`, for reading."""
        ...


@dataclass(frozen=True)
class Kit:
    """A kit as its manifest describes it."""

    source: Source
    schema_version: str
    rows: dict[str, int]
    checksums: dict[str, str]

    def open(self, name: str) -> IO[bytes]:
        """One of its files."""
        return self.source.open(name)

    def check(self) -> None:
        """Refused where a file is missing, is none of the kit’s, or is not what was exported."""
        wanted, present = set(files()), set(self.source.names())
        for name in sorted(wanted - present):
            raise Refused(f"{name} is missing")
        for name in sorted(present - wanted):
            raise Refused(f"{name} does not belong to an export")
        for name in files():
            if self._digest(name) != self.checksums.get(name):
                raise Refused(f"{name} is damaged or was changed after the export")

    def _digest(self, name: str) -> str:
        digest = hashlib.sha256()
        try:
            with self.source.open(name) as opened:
                while piece := opened.read(PIECE):
                    digest.update(piece)
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise Refused(f"{name} cannot be read: {error}") from error
        return digest.hexdigest()


@contextmanager
def open_kit(path: Path) -> Generator[Kit]:
    """The kit at `path`, a folder or a zip file; Refused where it is none. Nothing is unpacked onto the disk."""
    if path.is_dir():
        yield _kit(Folder(path))
        return
    try:
        with zipfile.ZipFile(path) as opened:
            packed = Zip(opened)
            packed.require_harmless(path.stat().st_size)
            yield _kit(packed)
    except FileNotFoundError as error:
        raise Refused(f"There is nothing called {path}") from error
    except zipfile.BadZipFile as error:
        raise Refused(f"{path} is no zip file, or only part of one") from error


@dataclass(frozen=True)
class Folder:
    """A kit in a folder."""

    path: Path

    def names(self) -> list[str]:
        found = [found.relative_to(self.path).as_posix() for found in self.path.rglob("*") if not found.is_dir()]
        return [name for name in found if name != MANIFEST]

    def open(self, name: str) -> IO[bytes]:
        file = self.path / name
        if any(part.is_symlink() for part in (file, file.parent)) or not file.is_file():
            raise Refused(f"{name} is missing, or is not a file of its own")
        return file.open("rb")


@dataclass(frozen=True)
class Zip:
    """A kit in a zip file, read where it lies."""

    opened: zipfile.ZipFile

    def names(self) -> list[str]:
        return [name for name in self.opened.namelist() if name != MANIFEST]

    def open(self, name: str) -> IO[bytes]:
        try:
            return self.opened.open(name)
        # So zipfile says that a name is missing, that a password is wanted, and that a packing is unknown to it.
        except (KeyError, RuntimeError, NotImplementedError) as error:
            raise Refused(f"{name} is missing from the zip file, or cannot be opened") from error

    def require_harmless(self, size: int) -> None:
        """Refused where a name stands twice, or where the contents are out of all proportion to the file."""
        names = self.opened.namelist()
        if len(names) != len(set(names)) or len(names) > len(files()) + 1:
            raise Refused("The zip file does not hold what an export holds")
        if sum(member.file_size for member in self.opened.infolist()) > PIECE + size * MOST_PACKED:
            raise Refused("The zip file is packed in a way that no export is")


def _kit(source: Source) -> Kit:
    with source.open(MANIFEST) as opened:
        raw = opened.read(LARGEST_MANIFEST + 1)
    try:
        if len(raw) > LARGEST_MANIFEST:
            raise ValueError("too long")
        said: dict[str, Any] = json.loads(raw)
        if said["format"] != FORMAT or said["format_version"] != FORMAT_VERSION:
            raise Refused("This is not an export that this version of Muster can read")
        return Kit(
            source,
            str(said["schema_version"]),
            {str(name): int(count) for name, count in said["rows"].items()},
            {str(name): str(digest) for name, digest in said["sha256"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"{MANIFEST} is not the manifest of an export") from error
