"""libical's own check of what a calendar in a mail may hold (RFC 5546), and its own reading of times; by ctypes."""

import ctypes
import ctypes.util
from ctypes import c_char_p, c_int, c_void_p
from functools import cache

ERROR = "X-LIC-ERROR"


def is_here() -> bool:
    """Whether the library is on this machine (Debian: libical3)."""
    return ctypes.util.find_library("ical") is not None


@cache
def _library() -> ctypes.CDLL:
    name = ctypes.util.find_library("ical")
    assert name is not None, "libical is not installed"
    library = ctypes.CDLL(name)
    for function, result, arguments in (
        ("icalparser_parse_string", c_void_p, [c_char_p]),
        ("icalrestriction_check", c_int, [c_void_p]),
        ("icalcomponent_as_ical_string", c_char_p, [c_void_p]),
        ("icalcomponent_count_errors", c_int, [c_void_p]),
        ("icalcomponent_free", None, [c_void_p]),
    ):
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    return library


def complaints(calendar: bytes) -> list[str]:
    """What libical finds wrong with the calendar: with its lines, and with what its method allows; empty if nothing."""
    library = _library()
    component = library.icalparser_parse_string(calendar)
    assert component, "libical cannot read this at all"
    try:
        passed = library.icalrestriction_check(component)
        told = library.icalcomponent_as_ical_string(component).decode().replace("\r\n ", "").split("\r\n")
        found = [line for line in told if line.startswith(ERROR)]
        return found if passed and not found else found or ["the check of restrictions failed"]
    finally:
        library.icalcomponent_free(component)
