"""Sending a whole set of failed messages again, after a fault of the mail server: a preview, then one deed."""

import hashlib

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from training.core.message_mending import MOST_AT_ONCE, Group, Plan, plan_of, send_all_again
from training.core.sending import MOST_ATTEMPTS
from training.core.viewer import DESK_ROLES
from training.web import access
from training.web.access import current_viewer
from training.web.fields import CheckboxesField
from training.web.formats import count
from training.web.forms import Form
from training.web.messages import asked, blueprint, kept_scope, log_address


class SetForm(Form):
    """Which of the failed messages to send again, by what the mail server said."""

    reasons = CheckboxesField("Send again those that failed because", ask="which messages to send again")

    def offer(self, plan: Plan) -> None:
        """Offer each reason under which something can be sent again; tick those that were tried to the end."""
        groups = [group for group in plan.groups if group.ready]
        self.reasons.choices = {
            _name(group): f"{group.reason} ({count(len(group.ready), 'message')})" for group in groups
        }
        if not self.is_submitted():
            self.reasons.data = [
                _name(group) for group in groups if any(message.attempts >= MOST_ATTEMPTS for message in group.ready)
            ]

    def chosen(self, plan: Plan) -> list[str]:
        """The reasons that were ticked."""
        return [group.reason for group in plan.groups if group.ready and _name(group) in self.reasons.data]


def _name(group: Group) -> str:
    """What a form calls the group: the same also after others came before it."""
    return hashlib.sha256(group.reason.encode()).hexdigest()[:12]


@blueprint.route("/desk/messages/send-again", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def send_set() -> ResponseReturnValue:
    """Look at the failed messages that the filters find, and send them again together."""
    filters, scope, question = asked()
    plan = plan_of(current_viewer(), question)
    choice = SetForm()
    choice.offer(plan)
    if choice.validate_on_submit():
        sent = send_all_again(current_viewer(), plan, choice.chosen(plan))
        flash(f"{count(sent, 'message').capitalize()} will be sent again within minutes, the oldest first.", "success")
        return redirect(log_address())
    status = 400 if filters.failed else choice.status
    return render_template(
        "web/messages_again.html",
        form=filters if filters.failed else choice,
        choice=choice,
        filters=filters,
        scope=scope,
        kept=kept_scope(),
        plan=plan,
        most=MOST_AT_ONCE,
        query=request.query_string.decode("ascii", "replace"),
    ), status
