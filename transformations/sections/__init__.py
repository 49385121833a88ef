"""What the sections of every document share: concepts, words, patterns, and reading.

A document of level 3 is made of sections. What is said in several of them, or in
several kinds of documents, is said here once.

Spec: eHDSI CDA implementation guide (Wave 8), structuredBody.
"""
