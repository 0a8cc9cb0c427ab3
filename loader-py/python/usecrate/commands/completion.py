"""`usecrate completion`: what makes a shell complete command lines of `usecrate`.

The shells ask `usecrate __complete WORD ...` with each press of Tab: the words up to the cursor, the last
one perhaps empty. It answers with a line for each word that fits, and behind a tab what it means. Where it
answers nothing, the shell offers files.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

ABOUT = (
    "Print what makes a shell complete command lines of `usecrate`: commands, options, crates in the cache.\n"
    "For good, put the line for your shell into ~/.bashrc or ~/.zshrc (there behind `compinit`), or the "
    "output into ~/.config/fish/completions/usecrate.fish."
)
EXAMPLES = """\
usecrate completion bash                  source <(usecrate completion bash)
usecrate completion zsh                   source <(usecrate completion zsh)
usecrate completion fish                  usecrate completion fish | source
"""
_SCRIPTS = {
    "bash": r"""
_usecrate() {
    local word _
    COMPREPLY=()
    while IFS=$'\t' read -r word _; do
        [ -n "$word" ] && COMPREPLY+=("$word")
    done < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _usecrate usecrate
""",
    "zsh": r"""
#compdef usecrate
_usecrate() {
    local -a found
    found=("${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    found=("${(@)found:#}")
    if (( $#found )); then
        found=("${(@)found//:/\\:}")
        found=("${(@)found/$'\t'/:}")
        _describe usecrate found
    else
        _files
    fi
}
if [ "$funcstack[1]" = _usecrate ]; then _usecrate "$@"; else compdef _usecrate usecrate; fi
""",
    "fish": r"""
function __usecrate_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] __complete $words[2..-1] 2>/dev/null | string match -rv '^$')
    if set -q found[1]
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c usecrate -f -a '(__usecrate_complete)'
""",
}


def declare(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("shell", choices=sorted(_SCRIPTS), help="which shell")


def run(options: Namespace) -> int:
    """Prints the script."""
    print(_SCRIPTS[options.shell].strip())
    return 0
