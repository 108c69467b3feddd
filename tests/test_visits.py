"""The bench's visits are what a page does: they open, run a caption, fetch it, close, and leave nothing behind."""

from __future__ import annotations

import pytest

from saliency_viz.__main__ import main
from saliency_viz.bench.visits import Visit, slope

from .app_browser import open_site, write_examples
from .app_fakes import eventually


def test_the_slope_of_a_line_is_its_step_and_of_noise_around_one_value_nothing():
    assert slope([5.0, 7.0, 9.0, 11.0, 13.0]) == pytest.approx(2)
    assert slope([3.0, 4.0, 4.0, 3.0, 3.0, 4.0, 4.0, 3.0]) == pytest.approx(0)


def test_a_visit_captions_the_first_example_and_closing_it_lets_its_run_go(tmp_path):
    site = open_site(write_examples(tmp_path / "examples"), pause=0.0)
    with Visit(site.address) as page:
        page.caption(7)
        assert site.backend.calls[-1]["max_new_tokens"] == 7 and len(site.store) == 1
    gone = eventually(lambda: not site.store.of_visit(page.session))
    site.page.close()
    assert gone and site.backend.closed == 1


def test_too_few_visits_are_refused_with_a_sentence(capsys):
    assert main(["bench", "--visits", "30"]) == 2
    assert "--visits must be at least 90" in capsys.readouterr().err
