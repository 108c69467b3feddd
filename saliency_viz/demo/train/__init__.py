"""How the embedded model is made: `python -m saliency_viz.demo.train`. Stays out of the wheel."""
