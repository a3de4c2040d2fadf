"""Discovery as a service: runs that are queued, survive their processes, and take turns.

==============  ======================================================================
``discoveries`` `Discoveries`: start, stop, pause, resume, run again, look
==============  ======================================================================

Nothing is imported here: name the module.
"""
