"""The forms in which labeled photos come and go. Pure: bytes in, labels out, and the reverse.

Each module names the specification that it follows, and what its format cannot hold.
"""
