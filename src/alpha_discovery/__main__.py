"""``python -m alpha_discovery``: the command ``alpha``, where no script of it is on the path."""

from alpha_discovery.cli.main import app

if __name__ == "__main__":
    app()
