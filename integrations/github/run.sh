#!/usr/bin/env bash
# Runs one command of sigilform in a workflow. Inputs are in the environment, as
# action.yml sets it; nothing of them is ever part of a script.
set -euo pipefail

fail() { echo "::error title=sigilform action::$1" >&2; exit 1; }

case "${INPUT_COMMAND:-}" in
validate | plan | apply | drift) ;;
*) fail "command is one of validate, plan, apply, drift" ;;
esac

work=$(mktemp -d "${RUNNER_TEMP:?}/sigilform.XXXXXX")
secrets=$work/secrets
mkdir -m 700 "$secrets"
trap 'rm -rf "$secrets"' EXIT

# secret NAME TEXT writes a secret to a file that nobody else may read.
secret() { (umask 077 && printf '%s\n' "$2" >"$secrets/$1"); }

if [ -n "${INPUT_ENDPOINTS:-}" ]; then
	export SIGILFORM_ENDPOINTS=$INPUT_ENDPOINTS
	for part in CA CERT KEY; do
		name=INPUT_$part
		[ -n "${!name:-}" ] || continue
		secret "$part" "${!name}"
		case $part in
		CA) export SIGILFORM_CACERT=$secrets/CA ;;
		CERT) export SIGILFORM_CERT=$secrets/CERT ;;
		KEY) export SIGILFORM_KEY=$secrets/KEY ;;
		esac
	done
elif [ -n "${INPUT_CA:-}${INPUT_CERT:-}${INPUT_KEY:-}" ]; then
	fail "ca, cert and key go with endpoints: one source says where the cluster is, whole"
fi
if [ -n "${INPUT_IDENTITY:-}" ]; then
	secret identity "$INPUT_IDENTITY"
fi

report=$work/report.md
args=("$INPUT_COMMAND" --output github "--output=markdown=$report")
# each FLAG LIST adds a flag for each word of a comma-separated list.
each() {
	local words word
	IFS=, read -ra words <<<"$2"
	for word in "${words[@]}"; do
		[ -z "$word" ] || args+=("$1=$word")
	done
}
case $INPUT_COMMAND in
plan)
	if [ -n "${INPUT_OUT:-}" ] && [ -z "${INPUT_ENCRYPT_TO:-}" ]; then
		fail "out needs encrypt-to: a saved plan holds the values that it writes, and others can download artifacts"
	fi
	[ -z "${INPUT_OUT:-}" ] || args+=("--out=$INPUT_OUT")
	[ -z "${INPUT_SNAPSHOT:-}" ] || args+=("--snapshot=$INPUT_SNAPSHOT")
	each --encrypt-to "${INPUT_ENCRYPT_TO:-}"
	each --allow "${INPUT_ALLOW:-}"
	;;
apply)
	args+=(--auto-approve)
	[ -z "${INPUT_EXPECT_DIGEST:-}" ] || args+=("--expect-digest=$INPUT_EXPECT_DIGEST")
	[ -z "${INPUT_IDENTITY:-}" ] || args+=("--identity=$secrets/identity")
	each --allow "${INPUT_ALLOW:-}"
	;;
esac
while IFS= read -r line; do
	[ -z "$line" ] || args+=("$line")
done <<<"${INPUT_ARGS:-}"

code=0
"${SIGILFORM_BIN:-$RUNNER_TEMP/sigilform-bin/sigilform}" "${args[@]}" -- "${INPUT_PATH:-.}" || code=$?
if [ -f "$report" ]; then
	echo "report=$report" >>"${GITHUB_OUTPUT:?}"
fi
# 2 says that there are changes: a plan that found some has not failed.
if [ "$code" = 2 ] && [ "$INPUT_COMMAND" = plan ]; then
	exit 0
fi
exit "$code"
