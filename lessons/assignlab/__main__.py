"""The commands of the course: `python -m assignlab [command]`. Without a command, the environment is inspected."""

import argparse
import os
import sys

from assignlab import environment


def show_progress(options):
    """Print what is solved and what is next, or start anew."""
    from assignlab import learner_progress

    if options.reset:
        old = learner_progress.reset(options.folder)
        print(
            f"Progress starts anew; the old file is {old}"
            if old
            else f"There is no progress to reset in {options.folder}"
        )
    print(learner_progress.progress(options.folder))
    return 0


def start(options):
    """Copy the lessons to a folder of the learner's own."""
    from assignlab.copy_lessons import copy_lessons

    try:
        folder, copied, kept = copy_lessons(options.folder)
    except OSError as problem:
        print(problem, file=sys.stderr)
        return 1
    print(
        f"{folder}: {len(copied)} lessons copied" + (f", {len(kept)} were there and are as they were" if kept else "")
    )
    print(f"Open it in JupyterLab: jupyter lab {folder}")
    return 0


def main(arguments=None):
    """Run the command named in `arguments` (default: those of the process) and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m assignlab", description="The commands of the course Assign, Don't Mutate."
    )
    parser.set_defaults(run=lambda options: environment.main())
    commands = parser.add_subparsers(metavar="command")
    commands.add_parser("environment", help="is everything here that the course needs? (the default)")
    progress = commands.add_parser("progress", help="what is solved, and what is next")
    progress.add_argument("folder", nargs="?", default=".", help="where you work (default: this folder)")
    progress.add_argument("--reset", action="store_true", help="start anew; the old file is kept beside it")
    progress.set_defaults(run=show_progress)
    starting = commands.add_parser("start", help="copy the lessons to a folder of your own")
    starting.add_argument(
        "folder",
        nargs="?",
        help="made if missing; lessons that are there are not touched (default: my_lessons beside lessons)",
    )
    starting.set_defaults(run=start)
    options = parser.parse_args(arguments)
    return options.run(options)


if __name__ == "__main__":
    os.environ.update(environment.QUIET | os.environ)  # before anything imports TensorFlow
    sys.exit(main())
