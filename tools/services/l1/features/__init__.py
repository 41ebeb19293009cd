"""What the service does, one file a subject. Nothing here knows about HTTP except by the errors it raises.

What a route calls commits once, before it returns; the helpers these share leave the commit to them.
"""
