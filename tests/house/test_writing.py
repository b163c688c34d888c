"""Rows are written in the house's four ways only, nothing runs through a shell, nothing acts behind a page's back."""

import ast

import pytest
from house.repository import PORTAL, ROOT, SOURCE, domains, python_files, shown, tree

SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "commands.getoutput"}
LOCKS = {"select_for_update", "update_or_create"}  # the second takes the first's lock and saves
SIGNALS = ("django.db.models.signals", "django.core.signals", "django.dispatch")


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an attribute or a name, or nothing."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def calls(module: ast.Module) -> list[ast.Call]:
    return [node for node in ast.walk(module) if isinstance(node, ast.Call)]


def stored_rows_saved(module: ast.Module) -> list[int]:
    """Lines with a call of `.save()` that gives nothing to save to: a row's or a form's, not a file's."""
    return [
        c.lineno for c in calls(module) if isinstance(c.func, ast.Attribute) and c.func.attr == "save" and not c.args
    ]


def locks_taken(module: ast.Module) -> list[int]:
    return [c.lineno for c in calls(module) if isinstance(c.func, ast.Attribute) and c.func.attr in LOCKS]


def shells_used(module: ast.Module) -> list[int]:
    """Lines that give a string to a shell."""
    by_name = [c.lineno for c in calls(module) if dotted(c.func) in SHELLS]
    by_flag = [
        c.lineno
        for c in calls(module)
        for word in c.keywords
        if word.arg == "shell" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
    ]
    return sorted(by_name + by_flag)


def signals_used(module: ast.Module) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(module)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith(SIGNALS))
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "django.db.models"
            and "signals" in {a.name for a in node.names}
        )
        or (isinstance(node, ast.Import) and any(alias.name.startswith(SIGNALS) for alias in node.names))
    ]


def shared_ancestors(module: ast.Module) -> list[str]:
    """Managers, mixins and abstract tables: classes made to be inherited from."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            parents = {dotted(base).rpartition(".")[2] for base in node.bases}
            abstract = any(
                isinstance(line, ast.Assign)
                and dotted(line.targets[0]) == "abstract"
                and getattr(line.value, "value", False)
                for inner in node.body
                if isinstance(inner, ast.ClassDef)
                for line in inner.body
            )
            if (
                abstract
                or node.name.endswith(("Mixin", "Base", "Manager"))
                or parents & {"Manager", "BaseManager", "ABC"}
            ):
                found.append(node.name)
    return found


def tables_touched(module: ast.Module) -> list[int]:
    """Lines that reach for a table's rows: `.objects`."""
    return [node.lineno for node in ast.walk(module) if isinstance(node, ast.Attribute) and node.attr == "objects"]


def over(check, root):
    return {shown(path): lines for path in python_files(root) if (lines := check(tree(path)))}


@pytest.mark.parametrize("check", [stored_rows_saved, locks_taken, signals_used, shared_ancestors])
def test_the_portal_keeps_to_its_ways_of_writing(check):
    assert over(check, PORTAL) == {}


def test_nothing_runs_through_a_shell():
    assert over(shells_used, SOURCE) == over(shells_used, ROOT / "benchmarks") == {}


def test_pages_and_api_reach_for_no_table():
    faces = [PORTAL / domain / f"{face}.py" for domain in domains() for face in ("pages", "api")]
    assert {
        shown(path): tables_touched(tree(path)) for path in faces if path.exists() and tables_touched(tree(path))
    } == {}


@pytest.mark.parametrize(
    ("check", "wrong", "right"),
    [
        (stored_rows_saved, "award.save()", "Award.objects.filter(pk=1).update(state='ended')"),
        (stored_rows_saved, "award.save(update_fields=['state'])", "book.save(stream)"),
        (locks_taken, "Award.objects.select_for_update().get(pk=1)", "Award.objects.get(pk=1)"),
        (locks_taken, "Award.objects.update_or_create(pk=1)", "Award.objects.create(pk=1)"),
        (signals_used, "from django.db.models.signals import post_save", "from django.db.models import F"),
        (signals_used, "from django.db.models import signals", "import signal"),
        (signals_used, "import django.dispatch", "import django.db"),
        (shells_used, "subprocess.run('ls', shell=True)", "subprocess.run(['ls'], shell=False)"),
        (shells_used, "os.system('ls')", "os.environ.get('ls')"),
        (shared_ancestors, "class OwnerMixin: pass", "class Owner: pass"),
        (shared_ancestors, "class Rows(models.Manager): pass", "class Rows(models.Model): pass"),
        (
            shared_ancestors,
            "class Dated(models.Model):\n    class Meta:\n        abstract = True",
            "class Dated(models.Model):\n    class Meta:\n        ordering = ['pk']",
        ),
        (tables_touched, "Award.objects.all()", "queries.awards(by)"),
    ],
)
def test_each_check_can_fail(check, wrong, right):
    assert check(ast.parse(wrong))
    assert not check(ast.parse(right))
