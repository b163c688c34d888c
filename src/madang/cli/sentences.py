"""What the online commands say when something cannot be done; the centre's own sentences go before these."""

from __future__ import annotations

from madang.cli.language import N_, language, translate
from madang.cli.output import plain
from madang.client import words
from madang.errors import Refused

SENTENCES = {
    "log_in_first": N_("Please log in first: madang login"),
    "no_password": N_("There is no terminal to ask for the password at. Set MADANG_PASSWORD for this command."),
    "no_email": N_("Please give your address: madang login --email …"),
    "credentials_unreadable": N_("{file} cannot be read. Remove it and log in again."),
    "memory_malformed": N_("{given} is no amount of memory. Write 512M or 4G."),
    "time_malformed": N_("{given} is no length of time. Write 90s, 30m, 2h or 1h30m."),
    "no_such_environment": N_("There is no environment {named} that you could withdraw."),
    "command_missing": N_("Name a script, or write the command after two hyphens: madang submit -- python3 train.py"),
    "script_lines": N_("{file} asks for what is not understood: {line}"),
    "file_not_json": N_("{file} is not an application in JSON: {why}"),
    "call_not_json": N_("{file} is not a call in JSON: {why}"),
    "policy_not_json": N_("{file} is not a policy in JSON: {why}"),
    "consents_open": N_("Accept each of these by its code under “consents” in the file, having read it:{texts}"),
    "track_unknown": N_("Please name one of the tracks of {call}: {tracks}"),
    "organisation_unclear": N_("Please name one of your organisations in the file by its number:{organisations}"),
    "no_intake_open": N_("{call} takes no applications at present."),
}


def explain(refused: Refused) -> str:
    """The centre's sentence where it sent one, else ours."""
    sentence = SENTENCES.get(refused.code)
    return plain(translate(sentence, **refused.facts) if sentence else words(refused, language()))
