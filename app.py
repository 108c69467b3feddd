"""The app: `python app.py`, then open the address it prints. `python app.py --help` lists the flags."""

from saliency_viz.ui.server.serve import main

if __name__ == "__main__":
    main()
