"""May these bytes, this certificate, signature or assertion be believed, and why?"""
