"""Results that need not be computed twice: in this process, on disk, or in a Redis that machines share.

==============  ==================================================================
``layered``     `Cache`: one interface over stores; compression, counters, one computation at a time
``memory``      `MemoryStore`: this process
``disk``        `DiskStore`: an SQLite file
``redis``       `RedisStore`: a server; when it is away, the others serve
``key``         what a result depends on, as a name
==============  ==================================================================

Nothing is imported here: name the module.
"""
