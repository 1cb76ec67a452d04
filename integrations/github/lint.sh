#!/usr/bin/env bash
# The script of the GitHub Action (action.yml): installs faceoff-lint, lints, keeps the exit code.
# All input comes in variables FACEOFF_*; see action.yml for what each is.
set -euo pipefail

# Text that is not ours must not become a command of the runner, or a further output.
quiet() { printf '%s' "$1" | tr -d '\r\n' | sed 's/%/%25/g'; }
# The runner reads both streams; standard output of a function here is its result.
fail() { echo "::error title=faceoff-lint::$(quiet "$1")" >&2; exit 2; }
notice() { echo "::notice title=faceoff-lint::$(quiet "$1")"; }
output() { printf '%s=%s\n' "$1" "$(printf '%s' "$2" | tr -d '\r\n')" >> "$GITHUB_OUTPUT"; }
yes() { case "$1" in [Tt][Rr][Uu][Ee] | [Yy][Ee][Ss] | 1) return 0 ;; esac; return 1; }

find_python() {
  local candidate
  for candidate in python3 python python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' > /dev/null 2>&1; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

install() {
  local python venv wanted
  case "$FACEOFF_VERSION" in
    installed)
      command -v faceoff-lint || fail "version: installed, but faceoff-lint is not on the PATH"
      return
      ;;
    "") wanted=$GITHUB_ACTION_PATH ;;
    *[!0-9A-Za-z.+!-]*) fail "version is not one: $FACEOFF_VERSION" ;;
    *) wanted="faceoff-lint==$FACEOFF_VERSION" ;;
  esac
  python=$(find_python) || fail "needs Python 3.11 or newer; use actions/setup-python before"
  venv="$RUNNER_TEMP/faceoff-lint"
  # -I: nothing of the repository that is linted may be imported.
  "$python" -I -m venv "$venv" >&2 || fail "cannot make a virtual environment"
  local bin="$venv/bin"
  [ -d "$bin" ] || bin="$venv/Scripts"
  "$bin/python" -I -m pip install --quiet --disable-pip-version-check "$wanted" >&2 \
    || fail "cannot install $wanted"
  echo "$bin/faceoff-lint"
}

# The commit to compare with: what the pull request merges into, or what was pushed onto.
find_base() {
  local base=$FACEOFF_BASE parent
  if [[ "${GITHUB_REF:-}" == refs/pull/*/merge && "$(git rev-parse HEAD)" == "$GITHUB_SHA" ]]; then
    # The event's base may be older than the one that the merge was made with.
    parent=$(git cat-file -p HEAD | sed -n '/^$/q; s/^parent //p' | head -n 1)
    base=${parent:-$base}
  fi
  [[ "$base" =~ ^[0-9a-f]{40,64}$ && ! "$base" =~ ^0+$ ]] || return 0
  if ! git cat-file -e "$base^{commit}" 2> /dev/null; then
    git fetch --quiet --no-tags --depth=1 origin "$base" >&2 || return 1
  fi
  # On a branch that is behind, what others did since is not what this branch changed.
  git merge-base "$base" HEAD 2> /dev/null || echo "$base"
}

command=$(install)

arguments=()
add() { [ -z "$2" ] || arguments+=("$1" "$2"); }
add --config "$FACEOFF_CONFIG"
add --preset "$FACEOFF_PRESET"
add --select "$FACEOFF_SELECT"
add --extend-select "$FACEOFF_EXTEND_SELECT"
add --ignore "$FACEOFF_IGNORE"
add --baseline "$FACEOFF_BASELINE"

if yes "$FACEOFF_ONLY_NEW"; then
  base=$(find_base) || fail "cannot fetch the commit to compare with"
  if [ -n "$base" ]; then
    arguments+=(--since "$base")
  else
    notice "there is no commit to compare with: everything is reported"
  fi
fi

arguments+=(--output-format "$FACEOFF_OUTPUT_FORMAT")
sarif=$FACEOFF_SARIF_FILE
if [ -z "$sarif" ] && yes "$FACEOFF_UPLOAD_SARIF"; then sarif="$RUNNER_TEMP/faceoff-lint.sarif"; fi
if [ -n "$sarif" ]; then
  case "$sarif" in /* | [A-Za-z]:*) ;; *) sarif="$PWD/$sarif" ;; esac
  # What an earlier step left is not this run's.
  rm -f -- "$sarif"
  arguments+=(--output-format sarif --output-file "$sarif")
fi
if yes "$FACEOFF_SUMMARY" && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  arguments+=(--output-format markdown --output-file "$GITHUB_STEP_SUMMARY")
fi

# Neither of these is evaluated: words are split, nothing else.
read -r -d '' -a extra <<< "$FACEOFF_ARGS" || true
arguments+=(${extra[@]+"${extra[@]}"})
arguments+=(--)
while IFS= read -r path; do
  path=${path%$'\r'}
  [ -z "$path" ] || arguments+=("$path")
done <<< "$FACEOFF_PATHS"

code=0
"$command" check "${arguments[@]}" || code=$?

output exit-code "$code"
if [ -n "$sarif" ] && [ -s "$sarif" ]; then output sarif-file "$sarif"; fi
if [ "$code" = 1 ] && ! yes "$FACEOFF_FAIL"; then
  notice "there are findings; fail-on-findings is off"
  code=0
fi
exit "$code"
