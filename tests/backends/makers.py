"""Makes the values that tests of backends hand in."""

import hashlib

from madang.compute.protocol import AccountLimit, InputFile


def make_input(folder, path, content):
    source = folder / hashlib.sha256(path.encode()).hexdigest()
    source.write_bytes(content)
    return InputFile(path=path, source=source, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def make_limit(account="award-1", **changes):
    return AccountLimit(**{"account": account, "gpus": 2, "cores": 64, "wall_seconds": 86_400, "open": True, **changes})
