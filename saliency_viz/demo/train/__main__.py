"""`python -m saliency_viz.demo.train`."""

from .loop import main

if __name__ == "__main__":
    main()
