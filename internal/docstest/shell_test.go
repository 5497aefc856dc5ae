package docstest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A command that ends with another code than 0 says so in a comment, for the
// reader and for the test.
var exitComment = regexp.MustCompile(`# exit code (\d+)`)

// begin and end frame the output of one block.
const (
	begin = "@@begin "
	end   = "@@end "
)

// script makes one shell script of all blocks, so that folders, variables and
// background jobs last from one block to the next as they do for a reader. Each
// command must end with the code that the document says.
func script(all []block) string {
	var b strings.Builder
	b.WriteString(preamble)
	for i, bl := range all {
		if bl.skip != "" {
			continue
		}
		fmt.Fprintf(&b, "echo '%s%d'\n", begin, i)
		for n, line := range strings.Split(strings.TrimSpace(bl.text), "\n") {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				b.WriteString(command(line, bl.line+n+1))
			}
		}
		fmt.Fprintf(&b, "echo '%s%d'\n", end, i)
	}
	return b.String()
}

// preamble ends what runs in the background with the script.
const preamble = `set -u
exec 2>&1
dev=
stop() { [ -z "$dev" ] || { kill "$dev"; wait "$dev"; }; }
trap stop EXIT
`

// command is one line of a block with the judgement of its exit code.
func command(line string, at int) string {
	if line == "sigilform dev" {
		return secondTerminal
	}
	want := 0
	if m := exitComment.FindStringSubmatch(line); m != nil {
		want, _ = strconv.Atoi(m[1])
	}
	return fmt.Sprintf("%s\ncode=$?; [ $code = %d ] || { echo \"line %d ended with $code, want %d\"; exit 1; }\n",
		line, want, at, want)
}

// secondTerminal runs the server until the script ends, once it says where it
// is.
const secondTerminal = `sigilform dev >dev.log &
dev=$!
until [ -s .sigilform/endpoint ]; do
	kill -0 "$dev" || { cat dev.log; exit 1; }
	sleep 0.1
done
`

// outputs cuts the script's output into that of each block.
func outputs(printed string) map[int]string {
	found := map[int]string{}
	for part := range strings.SplitSeq(printed, begin) {
		number, rest, ok := strings.Cut(part, "\n")
		i, err := strconv.Atoi(number)
		if !ok || err != nil {
			continue
		}
		text, _, _ := strings.Cut(rest, end)
		found[i] = text
	}
	return found
}

// changing are the values that differ from run to run.
var changing = []struct {
	pattern *regexp.Regexp
	name    string
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "UUID"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z| UTC)?`), "TIME"},
	{regexp.MustCompile(`api\.v2\.rpc\.[0-9a-f]{16}`), "SERVICE"},
	{regexp.MustCompile(`(127\.0\.0\.1|localhost):\d+`), "ADDRESS"},
	{regexp.MustCompile(`\b[0-9a-f]{64}\b`), "DIGEST"},
	{regexp.MustCompile(`\b[\d,]+ (fields|writes)\b`), "COUNT"},
	{regexp.MustCompile(`intent [0-9a-f]{12}`), "intent"},
	{regexp.MustCompile(`\b\d+(\.\d+)? ?(ms|s|KiB|MiB|bytes)\b`), "AMOUNT"},
	{regexp.MustCompile(`\b[\w.-]+@[\w.-]+\b`), "ACTOR"},
	{regexp.MustCompile(`\s+`), " "},
}

// normal replaces what differs from run to run, and spaces.
func normal(line string) string {
	for _, c := range changing {
		line = c.pattern.ReplaceAllString(line, c.name)
	}
	return strings.TrimSpace(line)
}

// missing returns the first line of shown that printed does not have in its
// place: shown may leave lines out, but not change or reorder any. A line with
// an ellipsis stands for those that are left out.
func missing(shown, printed string) string {
	lines := strings.Split(printed, "\n")
	at := 0
	for want := range strings.SplitSeq(shown, "\n") {
		if w := normal(want); w == "" || w == "…" || w == "..." {
			continue
		}
		for at < len(lines) && normal(lines[at]) != normal(want) {
			at++
		}
		if at == len(lines) {
			return want
		}
		at++
	}
	return ""
}
