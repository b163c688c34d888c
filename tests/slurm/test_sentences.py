"""Every refusal of this part has its sentence."""

import re
from pathlib import Path

from madang.compute.slurm import reasons, sentences


def test_every_code_that_is_refused_has_a_sentence_and_no_sentence_is_left_over():
    here = Path(sentences.__file__).parent
    raised = set(re.findall(r'Refused\("(slurm_\w+)"', "".join(path.read_text() for path in here.glob("*.py"))))
    own = {"slurm_refused", "slurm_root", "slurm_folder_unsafe"}  # the hand's own way to refuse
    assert raised == set(sentences.SENTENCES)
    assert own < set(reasons.SENTENCES)
