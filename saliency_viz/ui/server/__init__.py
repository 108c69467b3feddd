"""The page as a server: flags, gradio's launch, programs' endpoints, health."""
