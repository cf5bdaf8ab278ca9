"""The commands of the course: `python -m assignlab [command]`. Without a command, the environment is inspected."""

import argparse
import sys

from assignlab import environment


def main(arguments=None):
    """Run the command named in `arguments` (default: those of the process) and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m assignlab", description="The commands of the course Assign, Don't Mutate.")
    parser.set_defaults(run=lambda options: environment.main())
    commands = parser.add_subparsers(metavar="command")
    commands.add_parser("environment", help="is everything here that the course needs? (the default)")
    options = parser.parse_args(arguments)
    return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
