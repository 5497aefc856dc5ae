package cli

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/render"
)

// written is a file that holds a text.
func written(t *testing.T, name, text string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// text is what a file holds, nothing where it is not there.
func text(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(b)
}

const (
	valid = "network \"n\" {}\n\ncore \"a\" {\n  ip = \"192.0.2.1\"\n}\n\noutput \"ip\" {\n  value = core.a.ip\n}\n\noutput \"ips\" {\n  value = [core.a.ip]\n}\n\n" +
		"variable \"key\" {\n  sensitive = true\n  default   = \"hunter2-marker\"\n}\n\noutput \"key\" {\n  value     = var.key\n  sensitive = true\n}\n"
	broken = "network \"n\" {}\n\ncore \"a\" {\n  ip = \"hunter\"\n}\n"
	untidy = "network   \"n\" {}\n"
)

// TestOfFiles: how the commands that ask no cluster end, and on which stream they
// tell what.
func TestOfFiles(t *testing.T) {
	t.Parallel()
	good, bad, loose := written(t, "network.hcl", valid), written(t, "network.hcl", broken), written(t, "network.hcl", untidy)
	for line, c := range map[string]struct {
		code        int
		out, aside  string
		notInStdout string
	}{
		"validate " + good:                                {code: 0, out: "Valid."},
		"validate --json " + good:                         {code: 0, out: `"objects": 1`},
		"validate " + bad:                                 {code: 1, aside: `"hunter"`},
		"validate --json " + bad:                          {code: 1, out: `"valid": false`},
		"validate --format sarif " + bad:                  {code: 1, out: `"version": "2.1.0"`, aside: "error"},
		"validate --quiet " + good:                        {code: 0},
		"validate " + filepath.Dir(good) + "/no":          {code: 1, aside: "There is no file or folder"},
		"fmt --check " + good:                             {code: 0},
		"fmt --check " + loose:                            {code: failure.ExitFound, out: "network.hcl\n"},
		"fmt --check --diff " + loose:                     {code: failure.ExitFound, out: "-network   \"n\" {}"},
		"fmt --check " + written(t, "a.hcl", "network {"): {code: 1, aside: "error"},
		"graph " + good:                                   {code: 0, out: "graph"},
		"graph --format mermaid " + good:                  {code: 0, out: "flowchart"},
		"graph --json " + good:                            {code: 0, out: `"document"`},
		"graph " + bad:                                    {code: 1, aside: "hunter"},
		"output " + good:                                  {code: 0, out: "192.0.2.1", notInStdout: "hunter2"},
		"output ip " + good:                               {code: 0, out: "192.0.2.1"},
		"output --raw ip " + good:                         {code: 0, out: "192.0.2.1"},
		"output --raw ips " + good:                        {code: 1, aside: "is not a text, a number or a truth value"},
		"output --raw key " + good:                        {code: 1, aside: "is sensitive and is not printed"},
		"output none " + good:                             {code: 1, aside: "none"},
		"output --json " + good:                           {code: 0, out: `"ips"`, notInStdout: "hunter2"},
		"show " + good:                                    {code: 1, aside: "This is not a plan file"},
		"apply " + good + " --identity k":                 {code: 1, aside: "--identity"},
		"version":                                         {code: 0, out: "sigilform"},
		"version --json":                                  {code: 0, out: `"layout": "sigilgate/v1"`},
		"":                                                {code: 0, out: "Change the network:"},
		"lock":                                            {code: 0, out: "break"},
		"acl":                                             {code: 0, out: "can-i"},
		"drift " + filepath.Dir(good):                     {code: 1, aside: "Nothing was ever applied"},
		"status " + filepath.Dir(good):                    {code: 1, aside: "Nothing was ever applied"},
		"lock show " + filepath.Dir(good):                 {code: 1, aside: "Nothing was ever applied"},
		"history --json " + filepath.Dir(good):            {code: 1, out: `"code": "nothing_here"`},
	} {
		code, stdout, stderr := ran(t, strings.Fields(line)...)
		if code != c.code || !strings.Contains(stdout, c.out) || !strings.Contains(stderr, c.aside) || (c.out == "") != (stdout == "") || (c.aside == "") != (stderr == "") {
			t.Errorf("%s: code %d, want %d with %q and %q\n%.2000s\n%s", line, code, c.code, c.out, c.aside, stdout, stderr)
		}
		if strings.Contains(stderr, "hunter2") || c.notInStdout != "" && strings.Contains(stdout, c.notInStdout) {
			t.Errorf("%s shows a secret\n%s%s", line, stdout, stderr)
		}
	}
}

// TestFormatInput: standard input is formatted to standard output, and nothing else.
func TestFormatInput(t *testing.T) {
	t.Parallel()
	for line, c := range map[string]struct {
		code int
		out  string
	}{
		"fmt -": {0, "network \"n\" {}\n"}, "fmt --check -": {failure.ExitFound, ""}, "fmt --check --diff -": {failure.ExitFound, "-network   \"n\" {}"},
	} {
		h := listening(formatText)
		h.stdin = typed(t, untidy)
		code := h.run(t.Context(), strings.Fields(line))
		if code != c.code || !prints(&h.out, c.out) || h.said.Len() > 0 {
			t.Errorf("%s: code %d, printed %q, said %q", line, code, h.out.String(), h.said.String())
		}
	}
}

// TestReports: every report is written, whole and with its mode, whatever became of
// the command, and beside it stands nothing.
func TestReports(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{"valid": written(t, "network.hcl", valid), "broken": written(t, "network.hcl", broken)} {
		dir := t.TempDir()
		args := []string{"validate", file}
		for _, format := range reportFormats()[2:] {
			args = append(args, "--output", format+"="+filepath.Join(dir, format))
		}
		code, _, _ := ran(t, args...)
		if (code == 0) != (name == "valid") {
			t.Errorf("%s: code %d", name, code)
		}
		for _, format := range reportFormats()[2:] {
			info, err := os.Stat(filepath.Join(dir, format))
			if err != nil || info.Mode().Perm() != reportMode || info.Size() == 0 && format != string(render.GitHub) {
				t.Errorf("%s: %s: %v, %v", name, format, info, err)
			}
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != len(reportFormats())-2 {
			t.Errorf("%s: %v, %v", name, left, err)
		}
		var sarif struct{ Version string }
		if err := json.Unmarshal([]byte(text(t, filepath.Join(dir, "sarif"))), &sarif); err != nil || sarif.Version != "2.1.0" {
			t.Errorf("%s: sarif: %v, %+v", name, err, sarif)
		}
	}
}

// TestReportsOfAWorkflow: what the runner names is added to, and nothing that stands
// there is lost.
func TestReportsOfAWorkflow(t *testing.T) {
	t.Parallel()
	summary, outputs := written(t, "summary", "before\n"), written(t, "outputs", "a=b\n")
	h := listening(formatText)
	h.stdin = nothing(t)
	h.engine.Env = append(h.engine.Env, "GITHUB_STEP_SUMMARY="+summary, "GITHUB_OUTPUT="+outputs)
	if code := h.run(t.Context(), []string{"validate", "--output", "github", written(t, "network.hcl", broken)}); code != failure.ExitError {
		t.Errorf("code %d", code)
	}
	if got := text(t, summary); !strings.HasPrefix(got, "before\n") || len(got) < 20 {
		t.Errorf("the summary is %q", got)
	}
	if got := text(t, outputs); !strings.HasPrefix(got, "a=b\n") || !strings.Contains(got, "exit_code=1") && !strings.Contains(got, "exit-code=1") {
		t.Errorf("the outputs are %q", got)
	}
	if !strings.Contains(h.said.String(), "::error") {
		t.Errorf("it said %s", h.said.String())
	}
}

// TestReportThatFails: a command that did its work ends with 1 where a report can't
// be written, and keeps its own code where that says more.
func TestReportThatFails(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]int{0: failure.ExitError, failure.ExitFound: failure.ExitFound, failure.ExitUnknown: failure.ExitUnknown} {
		h := listening(formatText)
		h.reports.targets = []*target{{format: render.JUnit, w: closed{}}}
		if got := h.publish(code); got != want || !strings.Contains(h.said.String(), "A report could not be written") {
			t.Errorf("%d became %d: %s", code, got, h.said.String())
		}
	}
}

// TestSameFile: two names of one file are one, and a device takes several reports.
func TestSameFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, link := filepath.Join(dir, "a"), filepath.Join(dir, "link")
	for _, err := range []error{os.WriteFile(a, nil, 0o600), os.Link(a, link)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for pair, want := range map[[2]string]bool{
		{a, link}: true, {a, dir + "/./a"}: true, {a, dir + "/b"}: false, {dir + "/b", dir + "/x/../b"}: true, {os.DevNull, os.DevNull}: false,
	} {
		if sameFile(pair[0], pair[1]) != want {
			t.Errorf("%q: not %v", pair, want)
		}
	}
}
