"""The door of delivery. Callers ask by source and key; what a source is, delivery does not know."""

from okaeri.deliver.actions.audience_jobs import JOB_KIND as AUDIENCE_JOB_KIND
from okaeri.deliver.actions.audience_jobs import ask as ask_for_audience
from okaeri.deliver.actions.audience_jobs import find as find_audience
from okaeri.deliver.actions.audiences import count_reach
from okaeri.deliver.actions.audiences import reach_of as find_reach
from okaeri.deliver.actions.caring import early_care
from okaeri.deliver.actions.high_water import distrust as distrust_database
from okaeri.deliver.actions.requesting import submit, submit_to_many
from okaeri.deliver.actions.wishing import choose as record_choice
from okaeri.deliver.actions.wishing import leave as leave_everything
from okaeri.deliver.actions.wishing import pause as record_pause
from okaeri.deliver.api.audiences import keep_audience, sync_audience
from okaeri.deliver.api.links import (
    find_addressee,
    find_unsubscribe,
    follow,
    record_open,
    unsubscribe,
)
from okaeri.deliver.api.mailbox import erase_mails, get_mail, list_mails
from okaeri.deliver.api.messages import (
    audience,
    get_message,
    list_messages,
    messages_of,
    unsent_useful,
)
from okaeri.deliver.api.outbox import restore, withdraw
from okaeri.deliver.api.receipts import record_event, record_reports, retry_unknown
from okaeri.deliver.api.rights import erase_person
from okaeri.deliver.api.sending import (
    is_paused,
    pause_sending,
    resting_channels,
    resume_sending,
    sending_state,
)
from okaeri.deliver.api.tables import (
    contacts_of,
    mail_months,
    read_clicks,
    read_contacts,
    read_signs,
    read_spent,
    signs_of,
)
from okaeri.deliver.domain.tracking import without_pixel
from okaeri.deliver.store.audiences import list_kept as list_kept_audiences
from okaeri.deliver.store.clicks import engagement, reactions_of, reactions_since
from okaeri.deliver.store.following import events_after as list_events_after
from okaeri.deliver.store.following import newest_event
from okaeri.deliver.store.following import settled_after as list_settled_after
from okaeri.deliver.store.reactions import read_reactions
from okaeri.deliver.store.rights import (
    all_recipients,
    last_marketing_at,
    list_marketing,
    recipients_of,
)
from okaeri.deliver.store.rights import export as export_person
from okaeri.deliver.store.strangers import become_customer as know_stranger
from okaeri.deliver.store.strangers import forget as forget_stranger
from okaeri.deliver.store.views import count_by_part as counts_by_part
from okaeri.deliver.store.views import (
    count_open_by_class,
    count_variants,
    find_content,
    first_sent_after,
    first_variants,
)
from okaeri.deliver.store.views import find_views as find_messages
from okaeri.deliver.store.views import list_after as list_messages_after
from okaeri.deliver.store.views import list_before as messages_before

__all__ = [
    "AUDIENCE_JOB_KIND", "all_recipients", "ask_for_audience", "audience", "contacts_of",
    "count_open_by_class", "count_reach", "count_variants", "counts_by_part", "distrust_database", "early_care",
    "engagement", "erase_mails", "erase_person", "export_person", "find_addressee", "find_audience",
    "find_content", "find_messages", "find_reach", "find_unsubscribe", "first_sent_after", "first_variants",
    "follow", "forget_stranger", "get_mail", "get_message", "is_paused", "keep_audience",
    "know_stranger", "last_marketing_at", "leave_everything", "list_events_after",
    "list_kept_audiences", "list_mails", "list_marketing", "list_messages", "list_messages_after",
    "list_settled_after", "mail_months", "messages_before", "messages_of",
    "newest_event", "pause_sending", "reactions_of", "reactions_since", "read_clicks",
    "read_contacts", "read_reactions", "read_signs", "read_spent", "recipients_of", "record_choice",
    "record_event", "record_open", "record_pause", "record_reports", "resting_channels", "restore",
    "resume_sending", "retry_unknown", "sending_state", "signs_of", "submit", "submit_to_many",
    "sync_audience", "unsent_useful", "unsubscribe", "withdraw", "without_pixel",
]  # fmt: skip
