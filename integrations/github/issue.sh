#!/usr/bin/env bash
# Keeps one issue open for as long as a network drifts: opens it, updates it, and
# closes it when nothing drifts any more.
set -euo pipefail

report=$1 exit_code=$2
: "${GITHUB_REPOSITORY:?}" "${NETWORK:?}"
title="Drift of network $NETWORK"
export title
number=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues?state=open&labels=sigilform-drift&per_page=100" --jq '.[] | select(.title == env.title) | .number' | head -n 1)
case $exit_code in
0)
	[ -z "$number" ] || gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/$number" --field state=closed >/dev/null
	;;
2)
	if [ -n "$number" ]; then
		gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/$number" --field "body=@$report" >/dev/null
	else
		gh api --method POST "repos/$GITHUB_REPOSITORY/issues" --field "title=$title" --field "body=@$report" --field 'labels[]=sigilform-drift' >/dev/null
	fi
	;;
*) exit "$exit_code" ;; # it could not look: that is no news of the network
esac
