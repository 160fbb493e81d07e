"""HAR: recordings as browsers' tools and other proxies show them, and what those recorded as recordings.

What comes in is masked as if it had been recorded here. Knows no vendor.
"""
