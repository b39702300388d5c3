"""What the tables of the training plan hold about people: nothing."""

from training.core.holdings import Holding, register_holding

HELD = (
    Holding(table="training_plan", label="Training plans"),
    Holding(table="plan_line", label="Lines of the plan", plain=("objective",)),
    Holding(table="plan_target", label="Targets of agencies"),
)
for held in HELD:
    register_holding(held)
