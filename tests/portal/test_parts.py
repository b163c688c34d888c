"""Tests of the pages' filters, tags and parts, and of the choice of theme."""

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from importlib import import_module

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, engines
from django.test import RequestFactory, override_settings
from django.utils import translation
from house.repository import PORTAL

from madang.portal import charts, states, theme
from madang.values import Month


def shown(source: str, language: str = "en", **context) -> str:
    request = RequestFactory().get("/list/?q=a&page=3")
    template = engines["django"].from_string(source)
    with translation.override(language):
        return template.template.render(template_context(context, request)).strip()


def template_context(context, request):
    return Context({**context, "request": request})


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the register", max_length=10)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="I agree")
    token = forms.CharField(widget=forms.HiddenInput)


@pytest.mark.parametrize(
    ("source", "english", "korean"),
    [
        ("{{ n|won }}", "₩1,234,567", "1,234,567원"),
        ("{{ n|number }}", "1,234,567", "1,234,567"),
        ("{{ n|counted:'gpu' }}", "1,234,567 GPUs", "1,234,567장"),
        ("{% ratio 1714 528 %}", "3.2 to 1", "3.2대 1"),
        ("{% percent 1 8 %}", "12.5%", "12.5%"),
        ("{{ 87250|milli }}", "87.25", "87.25"),
        ("{{ 5400|gpu_hours }}", "1.5 GPU-hours", "1.5 GPU·시간"),
        ("{{ 5400|core_hours }}", "1.5 core-hours", "1.5 코어·시간"),
        ("{{ 5400|duration }}", "1 h 30 min", "1시간 30분"),
        ("{{ n|file_size }}", "1.2 MB", "1.2 MB"),
        ("{{ month|month }} {{ '2026-05'|month }}", "2026-04 2026-05", "2026년 4월 2026년 5월"),
        ("{{ at|day }} {{ on|day }}", "2026-04-02 2026-04-01", "2026. 4. 2. 2026. 4. 1."),
        ("{% span at end %}", "2026-04-02 – 2026-04-03", "2026. 4. 2. – 2026. 4. 3."),
        ("{{ none|won }}{{ none|milli }}{{ none|gpu_hours }}{{ none|instant }}{{ none|day }}", "–––––", "–––––"),
    ],
)
def test_filters_follow_the_language(source, english, korean):
    context = {
        "n": 1_234_567,
        "month": Month(2026, 4),
        "at": datetime(2026, 4, 1, 15, 30, tzinfo=UTC),
        "end": datetime(2026, 4, 3, 15, 0, tzinfo=UTC),
        "on": date(2026, 4, 1),
        "none": None,
    }
    assert shown(source, "en", **context) == english
    assert shown(source, "ko", **context) == korean


def test_an_instant_carries_both_clocks():
    at = datetime(2026, 4, 1, 9, 0, 7, tzinfo=UTC)
    assert shown("{{ at|instant }}", at=at) == (
        '<time datetime="2026-04-01T09:00:07+00:00">2026-04-01 18:00 (KST)</time>'
    )
    assert "18:00:07" in shown("{{ at|instant:'seconds' }}", at=at)


def test_names_in_two_languages_fall_back_to_the_other():
    both = type("Call", (), {"title_ko": "공고", "title_en": "Call"})
    korean = type("Call", (), {"title_ko": "공고", "title_en": ""})
    assert [shown("{{ c|in_language:'title' }}", lang, c=both) for lang in ("en", "ko")] == ["Call", "공고"]
    assert shown("{{ c|in_language:'title' }}", "en", c=korean) == "공고"


def test_state_badges():
    assert shown("{% state_badge 'refused' %}") == '<span class="badge neutral">Not selected</span>'
    assert shown("{% state_badge 'refused' %}", "ko") == '<span class="badge neutral">미선정</span>'
    assert shown("{% state_badge 'open' word=evil %}", evil="<b>") == '<span class="badge success">&lt;b&gt;</span>'
    assert shown("{% state_badge 'refused' 'paper' %}") == '<span class="badge danger">Refused</span>'
    with pytest.raises(KeyError):
        shown("{% state_badge 'unheard_of' %}")


def test_every_state_of_every_domain_has_a_word():
    kinds = [
        kind
        for path in PORTAL.glob("*/rules.py")
        for name, kind in vars(import_module(f"madang.portal.{path.parent.name}.rules")).items()
        if isinstance(kind, type) and issubclass(kind, StrEnum) and (name.endswith("State") or name == "Outcome")
    ]
    assert len(kinds) > 5
    worded = {name.rpartition(".")[2] for name in states.STATES}
    assert {value for kind in kinds for value in kind} - worded == set()
    assert {tone for tone, _ in states.STATES.values()} <= {"neutral", "information", "success", "warning", "danger"}


def test_a_field_ties_label_hint_and_error_together():
    page = shown(
        "{% error_summary form %}{% for f in form %}{% field f %}{% endfor %}", form=Sample({"name": "x" * 11})
    )
    assert '<label for="id_name">Name' in page
    control = re.search(r'<input[^>]*name="name"[^>]*>', page)[0]
    described = re.search(r'aria-describedby="([^"]*)"', control)[1].split()
    assert described == ["id_name_helptext", "id_name_error"]
    assert all(page.count(f'id="{name}"') == 1 for name in described)
    assert 'aria-invalid="true"' in control
    assert '<a href="#id_name">Name: ' in page
    assert page.count("(required)") == 3
    assert re.search(r'<fieldset[^>]*aria-describedby="id_kind_error"', page)
    assert re.search(r'<label class="choice" for="id_agreed"><input type="checkbox"', page)
    assert "checked" not in page
    assert len(re.findall(r'\sid="([^"]+)"', page)) == len(set(re.findall(r'\sid="([^"]+)"', page)))


def test_a_form_without_errors_has_no_summary():
    assert shown("{% error_summary form %}", form=Sample()) == ""
    assert shown("{% error_summary form %}", form=None) == ""


def test_pages_keep_the_rest_of_the_query():
    page = Paginator(range(100), 5).page(3)
    links = shown("{% pagination page %}", page=page)
    assert 'href="?q=a&amp;page=4"' in links
    assert '<span aria-current="page">3</span>' in links
    assert shown("{% pagination page %}", page=Paginator(range(3), 5).page(1)) == ""


def test_parts_escape_what_they_show():
    for source in ("{% notice 'danger' evil evil %}", "{% empty_state evil evil '/x' evil %}", "{% crumbs trail %}"):
        text = shown(source, evil="<script>", trail=[("<script>", "/"), ("<script>", "")])
        assert "<script>" not in text
        assert "&lt;script&gt;" in text


def test_a_chart_shows_its_table_first_and_its_picture_when_drawn(tmp_path):
    asked = charts.bars(title="T", description="D", category="Kind", measure="GPUs", rows=[("Academia", 8600)])
    with override_settings(MADANG_HOME=tmp_path):
        before = shown("{% chart c %}", c=asked)
        assert "<svg" not in before and "<details open>" in before and "8,600" in before and "being drawn" in before
        assert charts.draw_asked(tmp_path / "charts") == 1
        after = shown("{% chart c %}", c=asked)
    assert "<svg" in after and "<details open>" not in after and "8,600" in after


@pytest.mark.parametrize(
    ("posted", "cookie", "back"),
    [
        ({"theme": "dark", "next": "/calls/"}, "dark", "/calls/"),
        ({"theme": "light", "next": "https://elsewhere.example/"}, "light", "/"),
        ({"theme": "device", "next": "//elsewhere.example"}, "", "/"),
        ({"theme": "x; y"}, "", "/"),
    ],
)
def test_the_choice_of_theme_is_kept_and_leads_back_to_the_page_only(posted, cookie, back):
    response = theme.choose(RequestFactory().post("/theme/", posted))
    assert (response.status_code, response["Location"]) == (302, back)
    assert response.cookies[theme.COOKIE].value == cookie


def test_the_theme_is_not_chosen_by_a_link():
    assert theme.choose(RequestFactory().get("/theme/?theme=dark")).status_code == 405


PAGE = '{% extends "page.html" %}{% block title %}Calls{% endblock %}{% block main %}<h1>Calls</h1>{% endblock %}'


@pytest.mark.urls("portal.addresses")
def test_the_skeleton_of_a_page():
    request = RequestFactory().get("/calls/?q=a")
    request.COOKIES[theme.COOKIE] = '"><script>'
    navigation = [{"label": "Calls", "url": "/calls/", "here": True}, {"label": "Figures", "url": "/f/", "here": False}]
    context = {
        "request": request,
        "navigation": navigation,
        "centre_name": "Centre",
        "languages": [("ko", "K"), ("en", "E")],
    }
    template = engines["django"].from_string(PAGE).template
    with translation.override("ko"):
        page = template.render(template_context(context, request))
    assert '<html lang="ko" data-theme="&quot;&gt;&lt;script&gt;">' in page
    assert "<title>Calls · Centre</title>" in page
    assert page.index('class="skip" href="#main"') < page.index("<header") < page.index('<main id="main"')
    assert '"includeIndicatorStyles": false, "allowEval": false' in page
    scripts = re.findall(r'<script[^>]*src="([^"]+)"', page)
    assert scripts == ["/static/django_htmx/htmx-2.min.js", "/static/kept.js"]
    assert page.count('href="/calls/" aria-current="true"') == 2
    assert re.search(r'<button name="language" value="ko" lang="ko" aria-pressed="true">K</button>', page)
    assert 'value="/calls/?q=a"' in page
    assert "본문으로 건너뛰기" in page and "generated" not in page


@pytest.mark.parametrize("name", ["403", "404", "409", "500", "503", "refused"])
@pytest.mark.urls("portal.addresses")
def test_error_pages_speak_the_reader_s_language(name):
    template = engines["django"].get_template(f"errors/{name}.html").template
    request = RequestFactory().get("/x/")
    pages = {}
    for language in ("en", "ko"):
        with translation.override(language):
            pages[language] = template.render(template_context({"request": request, "sentence": "S"}, request))
    headings = {language: re.search(r"<h1>(.+?)</h1>", page)[1] for language, page in pages.items()}
    assert re.search("[가-힣]", headings["ko"]) and not re.search("[가-힣]", headings["en"])
