"""Pure decisions about fairness: who goes first where not everybody can have a place, and why, in one line."""

REQUIRED, NEVER, REFUSED = 4, 2, 1
"""What each counts; the first outweighs the other two together, the second the third."""
LAST = REQUIRED + NEVER + REFUSED
"""The rank of somebody for whom nothing speaks but the time of asking."""


def rank(*, requires: bool, attended: bool, refused: bool) -> int:
    """From 0, who goes first, to 7: the role requires it, then never attended, then refused before.

    Between equal ranks the time of asking decides, which is not part of it.
    """
    return (0 if requires else REQUIRED) + (NEVER if attended else 0) + (0 if refused else REFUSED)


def reason_in_words(of: int) -> str:
    """Why a rank is what it is, in one line: “The role requires it, never attended, refused before”.

    ValueError for what is no rank.
    """
    if not 0 <= of <= LAST:
        raise ValueError(f"{of} is no rank of fairness")
    return ", ".join(
        (
            "The role does not require it" if of & REQUIRED else "The role requires it",
            "attended before" if of & NEVER else "never attended",
            "not refused before" if of & REFUSED else "refused before",
        )
    )
