"""The engine behind the page: models, captions, runs and limits. No gradio here."""
