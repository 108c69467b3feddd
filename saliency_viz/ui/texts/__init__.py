"""What the page says, in English and Chinese, a part of the page to a file; i18n joins them.

Ignores where a text appears.
"""
