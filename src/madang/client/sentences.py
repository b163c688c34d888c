"""What the client itself says when something cannot be done; a centre's own refusals bring their sentence along."""

from __future__ import annotations

from madang.catalogues import translation
from madang.errors import Refused


def N_(message: str) -> str:  # noqa: N802 - the field's name for a mark that translates nothing
    """Marks a message for the catalogue."""
    return message


SENTENCES = {
    "server_malformed": N_("{server} is not an address of a centre: it begins with http:// or https://."),
    "not_a_centre": N_("{server} answers, but not as a centre does. Is the address right?"),
    "file_not_there": N_("There is no file {file}."),
    "folder_not_there": N_("There is no folder {folder}."),
    "file_twice": N_("Two files would lie at {path} in the job's folder."),
    "file_changed": N_("{file} changed while it was read. Nothing was submitted; please try again."),
    "link_leaves": N_(
        "{path} is a link that leads out of the folder, to a folder or nowhere. Name it in .madangignore, or put the "
        "file itself there."
    ),
    "too_many_files": N_(
        "{count} files are too many: a job takes {most}. Leave some out in .madangignore, or pack them into an archive."
    ),
    "too_large_to_send": N_("{file} has {size} MB; a single file may have {limit} MB."),
    "output_unsafe": N_("The centre names a file {path} that would lie outside the folder. It was not fetched."),
    "output_differs": N_("{path} did not arrive as the job left it (its SHA-256 differs). Please fetch it again."),
    "output_exists": N_("{path} is there already, with another content. It was left alone; --force overwrites it."),
    "no_such_output": N_("The job left no such file: {path}"),
    "template_unclear": N_("{count} templates of your organisations have the name “{name}”; it must be one."),
    "award_unclear": N_("Please name the award with --award. In force are: {awards}"),
}
UNREACHABLE = N_("{server} cannot be reached: {why}")
STATUS = N_("The server answered with status {status}.")


def said(message: str, language: str, **facts: object) -> str:
    """A message of the client's in a language, "en" or "ko", with its facts put in."""
    return translation(language).gettext(message).format(**facts)


def words(refused: Refused, language: str = "en") -> str:
    """A refusal as a sentence: the centre's own where it sent one, else the client's, else the code with its facts."""
    if "detail" in refused.facts:
        return str(refused.facts["detail"])
    sentence = SENTENCES.get(refused.code)
    return said(sentence, language, **refused.facts) if sentence else f"{refused.code} {refused.facts}"
