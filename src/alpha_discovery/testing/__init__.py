"""What tests of the package and of plug-ins build on: synthetic markets and inheritable suites."""
