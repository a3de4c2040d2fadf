"""Runs, alphas, the trial ledger and the cache in SQL: SQLite by default, PostgreSQL by URL.

==============  ========================================================================
``database``    `Database`: open a file or server, transactions that several adapters share
``runs``        `RunsInSql`: discovery runs
``alphas``      `AlphasInSql`: accepted alphas
``ledger``      `LedgerInSql`: everything that was ever tried, and the judging rounds
``cache``       `CacheInSql`: results that need not be computed twice
``models``      the tables
``schema``      bringing a database to the newest schema; ``migrations`` holds the steps
==============  ========================================================================

Nothing is imported here: name the module.
"""
