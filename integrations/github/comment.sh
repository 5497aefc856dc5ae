#!/usr/bin/env bash
# Writes a report as a comment on the pull request, in the place of the one that
# an earlier run wrote: its hidden first line tells it.
set -euo pipefail

report=$1
[ -n "${PULL_REQUEST:-}" ] || { echo "no pull request: nothing to comment on" >&2; exit 0; }
: "${GITHUB_REPOSITORY:?}"

# Only our own comment is replaced: anybody can write one that begins like it.
export author=${COMMENT_AUTHOR:-github-actions[bot]}
marker=$(head -n 1 "$report")
case $marker in
'<!-- sigilform:'*' -->') ;;
*) echo "::error title=sigilform action::$report is not a report of sigilform" >&2; exit 1 ;;
esac

comments=repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments
export marker
id=$(gh api --paginate "$comments?per_page=100" --jq '.[] | select(.user.login == env.author and (.body | startswith(env.marker))) | .id' | head -n 1)
if [ -n "$id" ]; then
	gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$report" >/dev/null
else
	gh api --method POST "$comments" --field "body=@$report" >/dev/null
fi
