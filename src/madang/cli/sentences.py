"""What the online commands say when something cannot be done; the centre's own sentences go before these."""

from __future__ import annotations

from madang.cli.language import N_, translate
from madang.cli.output import plain
from madang.errors import Refused

SENTENCES = {
    "log_in_first": N_("Please log in first: madang login"),
    "no_password": N_("There is no terminal to ask for the password at. Set MADANG_PASSWORD for this command."),
    "no_email": N_("Please give your address: madang login --email …"),
    "server_malformed": N_("{server} is not an address of a centre: it begins with http:// or https://."),
    "not_a_centre": N_("{server} answers, but not as a centre does. Is the address right?"),
    "credentials_unreadable": N_("{file} cannot be read. Remove it and log in again."),
    "file_not_there": N_("There is no file {file}."),
    "folder_not_there": N_("There is no folder {folder}."),
    "file_twice": N_("Two files would lie at {path} in the job's folder."),
    "memory_malformed": N_("{given} is no amount of memory. Write 512M or 4G."),
    "time_malformed": N_("{given} is no length of time. Write 90s, 30m, 2h or 1h30m."),
    "command_missing": N_("Write the command after two hyphens: madang submit AWARD -- python3 train.py"),
    "file_not_json": N_("{file} is not an application in JSON: {why}"),
    "output_unsafe": N_("The centre names a file {path} that would lie outside the folder. It was not fetched."),
    "output_differs": N_("{path} did not arrive as the job left it (its SHA-256 differs). Please fetch it again."),
    "no_such_output": N_("The job left no such file: {path}"),
    "call_not_json": N_("{file} is not a call in JSON: {why}"),
    "policy_not_json": N_("{file} is not a policy in JSON: {why}"),
    "consents_open": N_("Accept each of these by its code under “consents” in the file, having read it:{texts}"),
    "track_unknown": N_("Please name one of the tracks of {call}: {tracks}"),
    "organisation_unclear": N_("Please name one of your organisations in the file by its number:{organisations}"),
    "no_intake_open": N_("{call} takes no applications at present."),
}


def explain(refused: Refused) -> str:
    """The centre's sentence where it sent one, else ours."""
    if "detail" in refused.facts:
        return plain(refused.facts["detail"])
    sentence = SENTENCES.get(refused.code)
    return plain(translate(sentence, **refused.facts)) if sentence else str(refused)
