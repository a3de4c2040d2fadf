"""The laboratory over HTTP: `create_app` in ``app`` makes the application, ``serving`` runs it.

==============  ======================================================================
``app``         the application: routers, middleware, lifespan
``site``        `Site`: what routes use; ``options``: how the server is set up
``guard``       who is asking; ``problems``: the one place where errors become answers
``middleware``  headers, limits, ETags, measured and logged requests
``feed``        events of runs for many listeners; ``pages``: the dashboard's files
``routes``      the endpoints, five lines each; ``shapes``: what they take and give
==============  ======================================================================

Nothing is imported here: name the module.
"""
