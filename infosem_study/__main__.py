"""The entry of the command `infosem-study`, which says what to install where that is missing."""

import sys

__all__ = ["main"]


def main() -> int:
    """Run the command line and return the exit status."""
    try:
        from infosem_study import cli
    except ModuleNotFoundError as error:
        todo = "pip install 'infosem[study,text]'"
        print(f"infosem-study: the package {error.name} is missing; {todo}", file=sys.stderr)
        return 2
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
