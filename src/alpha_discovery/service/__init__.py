"""Discovery as a service: runs that are queued, survive their processes, and take turns.

==============  ======================================================================
``discoveries`` `Discoveries`: start, stop, pause, resume, run again, look
``status``      `RunStatus`: a run with its place in the queue; `Page`
``worker``      `Worker`: takes runs from the queue, several at once; ``held_run``: one of them
``governor``    `Limits` of processor and memory, measured and kept
``lab``         `LabSchedule`: campaigns by the clock; ``refresh``: their markets before
``retention``   what is archived, and how it comes back
==============  ======================================================================

Nothing is imported here: name the module.
"""
