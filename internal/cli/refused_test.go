package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/schema"
)

// ran runs a command line in this process, without a terminal.
func ran(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	h := &heard{app: newApp(schema.Network())}
	in, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close() //nolint:errcheck // only read
	h.stdin, h.stdout, h.stderr = in, &h.out, &h.said
	h.engine.Env = nil
	h.root.SetOut(&h.out)
	code = h.run(t.Context(), args)
	return code, h.out.String(), h.said.String()
}

// misused are command lines that can't be carried out, and what is said of them.
func misused(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	taken := filepath.Join(dir, "network.hcl")
	if err := os.WriteFile(taken, []byte("network \"n\" {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const digest = "0123456789abcdef"
	return map[string]string{
		"drift --interval 0s":                                              "--interval must be positive",
		"drift --interval -1s":                                             "--interval must be positive",
		"drift --interval often":                                           `--interval can't be "often"`,
		"drift --listen 127.0.0.1:0":                                       "--listen needs --watch or --interval",
		"drift --only-transitions":                                         "--only-transitions needs --watch or --interval",
		"drift --watch --format markdown":                                  "--format markdown is for one comparison",
		"drift --ignore *":                                                 `--ignore can't be "*": it would ignore everything`,
		"drift --ignore core":                                              "it is not an address",
		"drift --watch --ignore *.*":                                       "it would ignore everything",
		"drift --prometheus metrics":                                       "--prometheus needs a file whose name ends in .prom",
		"drift --webhook-state " + dir + "/told":                           "No webhook given",
		"drift --webhook hooks.example.net/pass":                           "--webhook needs a URL",
		"drift --watch --listen 127.0.0.1:99999":                           "--listen: nobody can listen on",
		"plan --eval-timeout 0s":                                           "--eval-timeout must be positive",
		"plan --eval-timeout soon":                                         `--eval-timeout can't be "soon"`,
		"plan --eval-memory much":                                          `--eval-memory can't be "much"`,
		"plan --var hunter2-marker":                                        "--var needs a name and a value",
		"plan --var =hunter2-marker":                                       "--var needs a name and a value",
		"plan --timeout 0s":                                                "--timeout must be positive",
		"plan --format yaml":                                               `--format can't be "yaml"`,
		"plan --commit HEAD":                                               "--commit is not a commit",
		"plan --identity key":                                              "--identity decrypts a file",
		"plan --snapshot f --out g":                                        "A plan from a snapshot can't be saved",
		"plan --snapshot f --endpoints http://a:1":                         "--endpoints and --snapshot contradict each other",
		"plan --snapshot f --timeout 3s":                                   "--timeout and --snapshot contradict each other",
		"plan --encrypt-to age1x":                                          "--encrypt-to encrypts the file of --out",
		"plan --output yaml=" + dir + "/x":                                 `--output can't be "yaml"`,
		"plan --output markdwon=" + dir + "/x":                             "did you mean \"markdown\"?",
		"plan --output markdown":                                           "--output markdown names no file",
		"plan --output markdown=-":                                         "would be mixed with the text",
		"plan --output markdown=" + dir:                                    "is a folder",
		"plan --output markdown=" + taken:                                  "is there already, and is not a report",
		"plan --output markdown=" + dir + "/no/x":                          "can't be written: no such file or directory",
		"plan --output github --output github":                             "The report github is asked for twice",
		"plan --output sarif=" + dir + "/a --output junit=" + dir + "/./a": "name the same file",
		"plan --log-format xml":                                            `--log-format can't be "xml"`,
		"plan --log-level loud":                                            `--log-level can't be "loud"`,
		"plan a b":                                                         "Too many arguments",
		"plan --adpot":                                                     "did you mean --adopt?",
		"apply --expect-digest abc":                                        "--expect-digest is not an intent digest",
		"apply --expect-digest 0123456789ag":                               "--expect-digest is not an intent digest",
		"apply --expect-digest " + digest + strings.Repeat("0", 49):        "--expect-digest is not an intent digest",
		"apply --lock-timeout -1s":                                         "--lock-timeout can't be negative",
		"apply --identity key":                                             "--identity decrypts a file",
		"rollback":                                                         "An argument is missing",
		"rollback x":                                                       `"x" is not a serial`,
		"rollback 0":                                                       `"0" is not a serial`,
		"rollback 1 --moved there":                                         `--moved is "there"`,
		"rollback 1 --encrypt-to age1x":                                    "--encrypt-to encrypts the file of --out",
		"show x y":                                                         `"x" is not a serial`,
		"show 1 --identity key":                                            "--identity decrypts a file",
		"show 1 --format markdown":                                         "An apply of the history is shown as text or JSON only",
		"history --limit -1":                                               "--limit can't be negative",
		"snapshot":                                                         "--out is missing",
		"output --raw":                                                     "--raw prints the value of one output",
		"acl can-i read":                                                   "An argument is missing",
		"acl can-i own users/ --as x":                                      "Can-i asks whether a user may read or write a key",
		"acl can-i read users/":                                            "Can-i asks whether a user may read or write a key",
		"acl verify":                                                       "Verify needs the credentials of the users",
		"acl shwo":                                                         `Unknown command "shwo"`,
		"lock break":                                                       "An argument is missing",
		"hash hunter2-marker":                                              "A secret is never given as an argument",
		"plna":                                                             "did you mean `sigilform plan`?",
		"help plna":                                                        "did you mean `sigilform plan`?",
		"version --format yaml":                                            `--format can't be "yaml"`,
	}
}

// TestMisused: what can't be carried out ends with 1 before anything is done, says
// why, and shows no value.
func TestMisused(t *testing.T) {
	t.Parallel()
	for line, want := range misused(t) {
		code, stdout, stderr := ran(t, strings.Fields(line)...)
		said := strings.Join(strings.Fields(stderr), " ")
		if code != failure.ExitError || !strings.Contains(said, want) || !strings.HasPrefix(stderr, "error: ") || strings.Contains(stdout+stderr, "hunter2") {
			t.Errorf("%s: code %d, want %q\n%s%s", line, code, want, stdout, stderr)
		}
	}
}

// TestMisusedInJSON: the same is one document on standard output, with the code of a
// command line.
func TestMisusedInJSON(t *testing.T) {
	t.Parallel()
	for line := range misused(t) {
		args := strings.Fields(line)
		if slices.Contains(args, "--format") || args[0] == "hash" || args[0] == "help" || slices.Contains(args, "github") {
			continue // a workflow is told on standard error, too
		}
		code, stdout, stderr := ran(t, append(args, "--json")...)
		var d render.ErrorDocument
		if err := json.Unmarshal([]byte(stdout), &d); err != nil {
			t.Errorf("%s: %v\n%s%s", line, err, stdout, stderr)
			continue
		}
		if code != failure.ExitError || d.ExitCode != code || d.Code != string(failure.Usage) || stderr != "" {
			t.Errorf("%s: code %d, document %+v\n%s", line, code, d, stderr)
		}
	}
}
