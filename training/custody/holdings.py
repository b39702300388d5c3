"""What the tables of custody hold: which records were merged, and what retention removed."""

from training.core.holdings import EMPTY, KEEP, Fate, Holding, Through, register_holding

HELD = (
    Holding(
        table="merge",
        label="Records of you that were merged",
        follows=("kept_id", "merged_id"),
        done_by=("done_by_id", "undone_by_id"),
        personal={"reason": EMPTY},
        plain=("ref",),
        kept="merges",
    ),
    Holding(
        table="merge_step",
        label="What a merge moved",
        about=(Through("merge_id", "merge"),),
        personal={"before": KEEP, "after": KEEP},
        plain=("table_name",),
        fate=Fate.DELETED,
        shown_without=("row_id", "before", "after", "merge_id"),
        kept="merges",
    ),
    Holding(table="retention_run", label="Runs of retention", done_by=("asked_by_id",), plain=("record_class",)),
)
for held in HELD:
    register_holding(held)
