"""In a real browser: each kind of page can be read by all, is light, works by keyboard and under a strict policy."""

import json
from itertools import chain
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

import first_page
from in_browser import opens_pages  # noqa: F401  the fixture new_page

LESSON, ERRORS = "lessons/02_masked_replacement.html", "book/errors.html"
KINDS = (
    "book/index.html",
    "book/setup.html",
    LESSON,
    "lessons/04_numpy_snapshot_pitfall.html",
    "lessons/05_keep_the_same_variable.html",
    ERRORS,
    "book/recipes.html",
    "book/glossary.html",
    "book/this_build.html",
    "solutions/02_masked_replacement.html",
    "search.html?q=assign",
    "genindex.html",
    "no/such/page.html",
)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
MOST_BYTES = 200_000  # of a lesson, as it comes over the network


def ready(page, address):
    """Open a page of the site and wait until its scripts have run."""
    page.goto(f"/{address}", wait_until="load")
    if address.startswith("search"):
        page.wait_for_selector("#search-results .search-summary >> text=/ /")


@pytest.mark.parametrize("address", KINDS)
@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (375, "dark")])
def test_no_reader_is_shut_out(address, width, scheme, new_page):
    page = new_page(width, scheme)
    ready(page, address)
    page.evaluate(OPEN)
    page.evaluate(SHORTEN)
    found = Axe().run(page, options=RULES).response["violations"]
    page.close()
    assert not [(rule["id"], [node["target"] for node in rule["nodes"]][:3]) for rule in found]


OPEN = "document.querySelectorAll('details').forEach((part) => (part.open = true))"
# A long page repeats its kinds of parts, and axe takes minutes for all of them.
SHORTEN = "[...document.querySelectorAll('.bd-article section')].slice(8).forEach((section) => section.remove())"


@pytest.mark.parametrize("address", KINDS)
def test_no_page_moves_sideways_and_none_complains(address, new_page):
    for width in (320, 375, 1200):
        page = new_page(width)
        ready(page, address)
        page.evaluate(OPEN)
        wide = page.evaluate("document.documentElement.scrollWidth")
        code = page.evaluate(
            "[...document.querySelectorAll('.bd-article pre')].filter((e) => e.scrollWidth > e.clientWidth + 1).length"
        )
        said = [line for line in page.said if "404 (Not Found)" not in line]
        page.close()
        assert (wide, code, said) == (width, 0, []), (
            f"{address} at {width}: page {wide} wide, {code} wide boxes, {said}"
        )


@pytest.mark.parametrize("address", [ERRORS, "book/recipes.html"])
@pytest.mark.parametrize("width", [375, 1400])
def test_a_link_to_a_section_ends_there(address, width, new_page):
    page = new_page(width)
    ready(page, address)
    sections = page.eval_on_selector_all(".bd-article section section", "parts => parts.map((part) => part.id)")
    page.close()
    for section in sections[10::40]:
        page = new_page(width)
        ready(page, f"{address}#{section}")
        seen = page.evaluate(SETTLED, section)
        page.close()
        assert 0 <= seen < 150, (section, seen)  # pixels from the upper edge of the window: below the bar


# Where a section stands when nothing has moved for half a second.
SETTLED = """async (id) => {
  const top = () => document.getElementById(id).getBoundingClientRect().top;
  for (let before = null, still = 0; still < 5; before = top()) {
    await new Promise((later) => setTimeout(later, 100));
    still = top() === before ? still + 1 : 0;
  }
  return top();
}"""


@pytest.mark.parametrize("address", ["search.html?q=gradient", LESSON])
def test_what_is_typed_into_a_search_is_not_under_its_icon(address, new_page):
    page = new_page()
    ready(page, address)
    if address == LESSON:
        page.keyboard.press("Control+k")
    form = page.locator("form.bd-search:visible")
    field, icon = form.locator("input"), form.locator("i, svg").first.bounding_box()
    padding = field.evaluate("field => parseFloat(getComputedStyle(field).paddingLeft)")
    assert icon["x"] + icon["width"] <= field.bounding_box()["x"] + padding


def test_a_lesson_is_light_and_everything_comes_from_the_site(new_page):
    page, sizes, hosts = new_page(), [], set()
    page.on("requestfinished", lambda request: sizes.append(sum(request.sizes()[k] for k in SIZES)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.goto(f"/{LESSON}", wait_until="networkidle")
    page.close()
    assert hosts == {"127.0.0.1"}
    assert sum(sizes) <= MOST_BYTES, f"{sum(sizes)} bytes in {len(sizes)} requests"


SIZES = ("responseBodySize", "responseHeadersSize")


@pytest.mark.parametrize("address", ["book/index.html", LESSON, "solutions/02_masked_replacement.html"])
def test_focus_is_seen_at_each_stop(address, new_page):
    page = new_page()
    ready(page, address)
    unseen, stops = [], 0
    for _ in range(150):
        page.keyboard.press("Tab")
        stop = page.evaluate(SEEN)
        if stop["tag"] == "BODY":
            break
        stops += 1
        if not stop["seen"]:
            unseen.append(stop["html"])
    page.close()
    assert stops > 20
    assert not unseen


SEEN = """() => {
  const e = document.activeElement, s = getComputedStyle(e);
  return {tag: e.tagName, html: e.outerHTML.slice(0, 120),
          seen: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && s.outlineColor !== "rgba(0, 0, 0, 0)"};
}"""


def test_the_output_after_a_question_is_hidden_until_asked_for(new_page):
    page = new_page()
    ready(page, LESSON)
    prompts = page.get_by_text("Predict, then run.")
    buttons = page.locator("details.hide > summary", has_text="Show what happens")
    assert prompts.count() == buttons.count() > 0
    shown = page.locator("details.hide .output.traceback").first
    assert not shown.is_visible()
    buttons.first.press("Enter")
    assert shown.is_visible()
    page.close()


def test_the_working_picture_shows_what_was_recorded(new_page):
    page, states = new_page(), first_page.recorded()
    ready(page, "book/index.html")
    picture = page.locator(".stepper")
    assert json.loads(picture.get_attribute("data-states")) == states

    def seen():
        cells = page.locator(".stepper table").evaluate_all(
            "tables => tables.map((table) => [...table.querySelectorAll('td')].map((cell) => cell.textContent))"
        )
        return dict(zip(first_page.PANELS, cells, strict=True)), page.locator(".stepper .says").inner_text()

    def recorded(name):
        flat = {key: [*chain(*(states[name][key] or [[""] * 4]))] for key in first_page.PANELS}
        return {key: [str(x).replace("-", "−") for x in entries] for key, entries in flat.items()}, states[name]["says"]

    assert seen() == recorded("start")
    picture.get_by_role("button", name="v.assign(values)").press("Enter")  # not its turn yet
    assert seen() == recorded("start")
    for way in ("forget the last line", "v.assign(values)"):
        for label, name in ((*first_page.LINES.items(),)[0][::-1], (*first_page.LINES.items(),)[1][::-1]):
            picture.get_by_role("button", name=label).press("Space")
            assert seen() == recorded(name)
        picture.get_by_role("button", name=way).press("Enter")
        assert seen() == recorded("assign" if "assign" in way else "forget")
        picture.get_by_role("button", name="Again").press("Enter")
    assert seen() == recorded("start")
    page.close()


def test_without_scripts_the_first_page_has_a_still_picture(new_page):
    page = new_page(java_script_enabled=False)
    page.goto("/book/index.html")
    assert page.locator("noscript img").is_visible()
    assert not page.locator(".stepper").is_visible()
    page.close()


def test_paper_shows_answers_and_hides_proofs(new_page):
    page = new_page()
    ready(page, "solutions/02_masked_replacement.html")
    answer = page.locator("details.hide pre").first
    assert not answer.is_visible()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert answer.is_visible()
    assert not page.locator("details.proof").first.is_visible()
    page.close()
