"""What the page's events call: plain functions of (context, visit, values) that answer with updates by part name.

Ignores gradio's components and requests: ui/wiring.py knows which event calls what.
"""
