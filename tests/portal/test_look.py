"""The stylesheet keeps its promises: contrast in both themes, nothing from elsewhere, nothing inline in templates."""

import re

import pytest
from house.repository import PORTAL

CSS = (PORTAL / "static" / "madang.css").read_text(encoding="utf-8")
PAIRS = {name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", CSS)}
TONES = ("danger", "warning", "success", "information")
TEXT = [
    *((text, surface) for text in ("text", "heading", "text-subtle", "link", "link-hover") for surface in
      ("surface", "surface-subtle", "surface-strong")),
    *((tone, f"{tone}-surface") for tone in TONES),
    *(("text", f"{tone}-surface") for tone in (*TONES, "primary")),
    ("link-visited", "surface"), ("primary", "surface"), ("primary", "surface-subtle"), ("link", "primary-surface"),
    ("link-hover", "primary-surface"), ("danger", "surface"), ("on-primary", "primary"),
    ("on-primary", "primary-hover"),
    ("on-danger", "danger"), ("on-danger", "danger-hover"),
]  # fmt: skip
SHAPES = [("border-strong", "surface"), ("focus", "surface"), ("focus", "surface-subtle")] + [
    (f"chart-{number}", "surface") for number in range(1, 7)
]


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_worked_out_as_wcag_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_has_contrast(front, back, theme):
    assert contrast(PAIRS[front][theme], PAIRS[back][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), SHAPES)
def test_shapes_have_contrast(front, back, theme):
    assert contrast(PAIRS[front][theme], PAIRS[back][theme]) >= 3


def test_nothing_is_loaded_from_elsewhere():
    assert not re.search(r"@import|@font-face|url\(|https?:", CSS.replace('a[href^="http"]', ""))


def test_every_colour_used_is_one_of_the_list():
    rest = CSS[CSS.index("*, *::before") :]
    assert not re.search(r"#[0-9a-f]{3,8}\b(?![^{]*\{)", rest)
    assert set(re.findall(r"var\(--([\w-]+)\)", CSS)) <= set(re.findall(r"--([\w-]+):", CSS))


def test_templates_have_nothing_inline():
    wrong = r"\sstyle=|<style|\son[a-z]+=|javascript:|<script(?![^>]*\bsrc=)|(?:src|href)=\"https?:"
    assert re.search(wrong, '<p style="x">') and re.search(wrong, "<script>") and re.search(wrong, '<a onclick="x">')
    found = [
        path.name for path in PORTAL.glob("templates/**/*.html") if re.search(wrong, path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "promise", ["prefers-reduced-motion", "@media print", ":focus-visible", "color-scheme: light dark"]
)
def test_the_stylesheet_covers(promise):
    assert promise in CSS


def classes_of(template: str) -> set[str]:
    """The classes that a template names outright; what an expression yields is not known here."""
    plain = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", template)
    return {name for words in re.findall(r'\sclass="([^"]*)"', plain) for name in words.split()}


def test_every_class_of_a_template_is_in_the_stylesheet():
    styled = set(re.findall(r"\.([a-z][a-z-]*)", CSS))
    assert classes_of('<p class="lead {% if a %}unheard-of{% endif %} {{ tone }}">') - styled == {"unheard-of"}
    used = {path.name: classes_of(path.read_text(encoding="utf-8")) for path in PORTAL.glob("templates/**/*.html")}
    assert {name: found - styled for name, found in used.items() if found - styled} == {}
