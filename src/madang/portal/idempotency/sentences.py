"""The words for repeated requests."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "idempotency_key_malformed": N_("An idempotency key has 1 to {limit} printable ASCII characters."),
    "idempotency_key_reused": N_("This idempotency key was used for another request."),
    "request_in_progress": N_("The same request is being worked on. Please wait a moment and look again."),
    "answer_not_kept": N_("This request was carried out before. Its answer held a secret that is shown only once."),
}
INPUT = frozenset({"idempotency_key_malformed", "idempotency_key_reused"})
