"""How the audit log calls what custody and core themselves keep."""

from sqlalchemy import String, cast, select
from sqlalchemy.orm import aliased

from training.core.batches import BATCH_STATE_LABELS, Batch
from training.core.message_texts import MessageText
from training.core.outbox import MESSAGE_STATE_LABELS, OutboxMessage
from training.core.policies import PolicyVersion
from training.core.settings import SettingValue
from training.core.subjects import plain_rows, register_subject
from training.core.tasks import TASK_STATE_LABELS, Task
from training.custody.models import Merge, RetentionRun
from training.people.models import Person
from training.people.subjects import NAME

_merged = aliased(Person)

register_subject(SettingValue, "Setting", plain_rows(SettingValue, SettingValue.key))
register_subject(
    Batch, "File", plain_rows(Batch, Batch.file_name), words=(BATCH_STATE_LABELS,), references=(Batch.ref,)
)
register_subject(
    Task, "Long work", plain_rows(Task, Task.kind, Task.ref), endpoint="tasks.show", words=(TASK_STATE_LABELS,)
)
register_subject(
    PolicyVersion,
    "Policy",
    plain_rows(PolicyVersion, cast(PolicyVersion.kind, String) + " " + cast(PolicyVersion.number, String)),
)
register_subject(
    OutboxMessage,
    "Message",
    select(OutboxMessage.id, OutboxMessage.subject + " to " + OutboxMessage.recipient_name, OutboxMessage.id).outerjoin(
        Person, Person.id == OutboxMessage.person_id
    ),
    endpoint="messages.show",
    argument="message_id",
    references=(Person.ref,),
    words=(MESSAGE_STATE_LABELS,),
)
register_subject(
    MessageText,
    "Text of a message",
    plain_rows(MessageText, MessageText.subject, MessageText.kind),
    endpoint="message_texts.show",
    argument="name",
    references=(MessageText.kind,),
    labels={"in_use": "Sent in these words"},
)
register_subject(
    Merge,
    "Merge",
    select(Merge.id, NAME + ", " + Merge.ref, Person.ref)
    .join(Person, Person.id == Merge.kept_id)
    .join(_merged, _merged.id == Merge.merged_id),
    endpoint="people.desk_person",
    references=(Merge.ref, Person.ref, _merged.ref),
)
register_subject(RetentionRun, "Retention", plain_rows(RetentionRun, RetentionRun.record_class))
