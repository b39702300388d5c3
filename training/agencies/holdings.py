"""What the tables of agencies hold about people: nothing."""

from training.core.holdings import Holding, register_holding

HELD = (
    Holding(table="sector", label="Sectors", plain=("name", "reporting_group")),
    Holding(table="agency", label="Agencies", plain=("code", "name", "sort_key", "search_text", "sub_sector", "note")),
    Holding(table="agency_parent", label="Which agency stood above which"),
    Holding(table="agency_domain", label="Email domains", plain=("domain",)),
    Holding(table="agency_alias", label="Other names of agencies", plain=("name", "folded")),
    Holding(table="agency_duty", label="Duties of agencies"),
    Holding(table="fee_band", label="Fee bands", plain=("name", "note")),
    Holding(table="agency_membership", label="Membership of agencies"),
)
for held in HELD:
    register_holding(held)
