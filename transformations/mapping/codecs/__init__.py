"""The codecs: one datatype each, both ways."""
