"""The pages where a user meets them: in a browser, narrow and wide, with and without script."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.server.running import Running

ARTICLE = "/id/article/blast-hits-mosque-3f2a9c11d0"
PAGES = [
    "/",
    ARTICLE,
    "/id/article/hostile-headline-5e5e5e5e5e",
    "/id/entity/place/kunduz",
    "/id/event/attack-2021-10-08-kunduz-77aa01bc2d",
    "/workbench",
    "/ontology",
    "/browse/Article",
]


@contextmanager
def opened(browser: Browser, server: Running, **options: Any) -> Iterator[Page]:
    """A page in a context of its own; console errors and requests elsewhere fail the test."""
    context = browser.new_context(base_url=server.url, **options)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else 0)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.on(
        "request",
        lambda request: 0 if request.url.startswith(server.url) else wrong.append(request.url),
    )
    yield page
    context.close()
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_pages_fit_and_stay_quiet(
    browser: Browser, server: Running, scheme: Any, width: int
) -> None:
    size: Any = {"width": width, "height": 800}
    with opened(browser, server, viewport=size, color_scheme=scheme) as page:
        for path in PAGES:
            page.goto(path)
            expect(page.locator("h1")).to_be_visible()
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, f"{path} is {overflow} pixels too wide at {width}"


CONTRAST = """() => {
  const channel = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const parse = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility()) continue;
    const both = [light(parse(getComputedStyle(e).color)), light(behind(e))];
    const [a, b] = both.sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(2)} ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  return [...new Set(bad)];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_enough_contrast(browser: Browser, server: Running, scheme: Any) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    with opened(browser, server, color_scheme=scheme) as page:
        for path in PAGES:
            page.goto(path)
            assert page.evaluate(CONTRAST) == [], path


def test_from_the_start_page_to_a_sentence(browser: Browser, server: Running) -> None:
    with opened(browser, server) as page:
        page.goto("/")
        expect(page.locator(".cards")).to_contain_text("3 Articles")
        page.get_by_role("link", name="Blast hits mosque in Kunduz").click()
        expect(page.locator("h1")).to_have_text("Blast hits mosque in Kunduz")
        expect(page.locator(".mark.organization")).to_have_count(5)
        page.locator("h1 a.mark.place").click()
        expect(page.locator("h1")).to_have_text("Kunduz")
        page.get_by_role("link", name="in context").nth(1).click()
        expect(page.locator(".sentence:target")).to_contain_text("A bomb killed")


def test_the_workbench_runs_a_query_on_its_page(browser: Browser, server: Running) -> None:
    with opened(browser, server) as page:
        page.goto("/workbench")
        query = page.get_by_label("SPARQL query")
        query.fill("SELECT ?o { ?s ?p ?o FILTER(?o = 'Kondoz') }")
        query.press("Control+Enter")
        expect(page.locator("#result h2")).to_have_text("1 row")
        expect(page.locator("#result td")).to_have_text("Kondoz")
        assert "/workbench?query=" in page.url
        page.reload()
        expect(query).to_have_value("SELECT ?o { ?s ?p ?o FILTER(?o = 'Kondoz') }")
        query.fill("ASK { ?s ?p ?o }")
        page.get_by_role("button", name="Run").click()
        expect(page.locator("#result .boolean")).to_have_text("Yes")
        query.fill("SELECT ?o { ?s ?p ?o FILTER(?o = '<script>alert(1)</script>') }")
        page.get_by_role("button", name="Run").click()
        expect(page.locator("#result td").first).to_have_text("<script>alert(1)</script>")


def test_the_workbench_points_to_an_error(browser: Browser, server: Running) -> None:
    context = browser.new_context(base_url=server.url)
    page = context.new_page()  # an answer of 400 is logged by the browser itself
    page.goto("/workbench")
    query = page.get_by_label("SPARQL query")
    query.fill("SELECT * {\n  ?s ?p ?o ]\n}")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_contain_text("line 2, column 12")
    chosen = page.evaluate(
        "(() => { const q = document.getElementById('query');"
        "return q.value.slice(q.selectionStart, q.selectionEnd); })()"
    )
    assert chosen == "]"
    context.close()


def test_a_download_has_all_rows(browser: Browser, server: Running) -> None:
    with opened(browser, server) as page:
        page.goto("/workbench")
        page.get_by_label("SPARQL query").fill("SELECT ?s { ?s a ?c }")
        with page.expect_download() as waiting:
            page.get_by_role("button", name="CSV").click()
        lines = waiting.value.path().read_text().splitlines()
        assert lines[0] == "s"
        assert len(lines) > 40


def test_everything_works_without_script(browser: Browser, server: Running) -> None:
    with opened(browser, server, java_script_enabled=False) as page:
        page.goto("/")
        page.get_by_role("button", name="Run").click()
        expect(page.locator("#result h2")).to_have_text("4 rows")
        page.get_by_role("link", name="Articles in a section").click()
        expect(page.get_by_label("SPARQL query")).to_contain_text("kg:section")
        page.get_by_role("button", name="Run").click()
        expect(page.locator("#result h2")).to_contain_text("row")
