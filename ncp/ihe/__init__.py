"""Wire forms between National Contact Points: values in, bytes out, no I/O.

Import from the modules themselves; ``ncp.answers`` depends on the codes here.
"""
