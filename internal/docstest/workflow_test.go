package docstest

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// runner is what a workflow's machine gives to the scripts of the action.
type runner struct {
	folder, outputs, requests string
	env                       []string
}

// newRunner has a stand-in for GitHub's command line, which notes what it is asked
// and answers with a file; everything else is real.
func newRunner(t *testing.T, answer string) *runner {
	t.Helper()
	r := &runner{folder: t.TempDir()}
	r.outputs, r.requests = filepath.Join(r.folder, "outputs"), filepath.Join(r.folder, "requests")
	bin := filepath.Join(r.folder, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	gh := "#!/bin/sh\nprintf '%s\\n' \"$*\" >>'" + r.requests + "'\ncase \"$*\" in *--jq*) cat '" + r.folder + "/answer' ;; esac\n"
	writeFile(t, filepath.Join(bin, "gh"), gh, 0o700)
	writeFile(t, filepath.Join(r.folder, "answer"), answer, 0o600)
	r.env = []string{
		"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + r.folder, "RUNNER_TEMP=" + r.folder, "GITHUB_OUTPUT=" + r.outputs,
		"GITHUB_STEP_SUMMARY=" + filepath.Join(r.folder, "summary"), "GITHUB_REPOSITORY=someone/network", "SIGILFORM_BIN=" + build(t),
	}
	return r
}

func writeFile(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}

// script runs one of the action's, and returns what it printed and its exit code.
func (r *runner) script(t *testing.T, name string, env []string, args ...string) (string, int) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(root, "integrations/github", name))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir, cmd.Env = r.folder, append(slices.Clone(r.env), env...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// output is one that the step has set.
func (r *runner) output(t *testing.T, name string) string {
	t.Helper()
	m := regexp.MustCompile("(?m)^"+name+"=(.*)$").FindAllStringSubmatch(readFile(t, r.outputs), -1)
	if len(m) == 0 {
		return ""
	}
	return m[len(m)-1][1]
}

const small = `network "t" {}

core "a" {
  ip     = "192.0.2.1"
  domain = "a.example.net"
}
`

// TestActionRuns: plan, comment, apply of the reviewed digest, and of another one.
func TestActionRuns(t *testing.T) {
	t.Parallel()
	r := newRunner(t, "")
	network := filepath.Join(r.folder, "network.hcl")
	writeFile(t, network, small, 0o600)
	input := func(more ...string) []string { return append([]string{"INPUT_PATH=" + network}, more...) }
	out, code := r.script(t, "run.sh", input("INPUT_COMMAND=plan", "INPUT_ARGS=--detailed-exitcode\n--summary"))
	if code != 0 || r.output(t, "exit_code") != "2" || r.output(t, "has_changes") != "true" || r.output(t, "create") != "1" {
		t.Fatalf("exit code %d, outputs\n%s\n%s", code, readFile(t, r.outputs), out)
	}
	report := r.output(t, "report")
	if !strings.HasPrefix(readFile(t, report), "<!-- sigilform:t -->\n") || !strings.Contains(readFile(t, filepath.Join(r.folder, "summary")), "1 to create") {
		t.Errorf("the report is %q", readFile(t, report))
	}
	if leftovers, _ := filepath.Glob(filepath.Join(r.folder, "sigilform.*", "secrets")); len(leftovers) > 0 {
		t.Errorf("secrets are left: %v", leftovers)
	}
	digest := r.output(t, "digest")
	if out, code := r.script(t, "run.sh", input("INPUT_COMMAND=apply", "INPUT_EXPECT_DIGEST="+strings.Repeat("0", 64))); code != 3 {
		t.Errorf("another digest: exit code %d\n%s", code, out)
	}
	if out, code := r.script(t, "run.sh", input("INPUT_COMMAND=apply", "INPUT_EXPECT_DIGEST="+digest)); code != 0 {
		t.Errorf("the reviewed digest: exit code %d\n%s", code, out)
	}
	if out, code := r.script(t, "run.sh", input("INPUT_COMMAND=drift")); code != 0 || r.output(t, "drift") != "0" {
		t.Errorf("drift: exit code %d\n%s", code, out)
	}
	if out, code := r.script(t, "run.sh", input("INPUT_COMMAND=destroy")); code != 1 || !strings.Contains(out, "command is one of") {
		t.Errorf("an unknown command: exit code %d\n%s", code, out)
	}
}

// TestActionHoldsOnToNoSecret: the files of a key are gone after a run that failed,
// and its text is nowhere.
func TestActionHoldsOnToNoSecret(t *testing.T) {
	t.Parallel()
	r := newRunner(t, "")
	network := filepath.Join(r.folder, "network.hcl")
	writeFile(t, network, small, 0o600)
	out, code := r.script(t, "run.sh", []string{
		"INPUT_COMMAND=plan", "INPUT_PATH=" + network, "INPUT_ENDPOINTS=https://127.0.0.1:1", "INPUT_KEY=PLANTED", "INPUT_CERT=PLANTED", "INPUT_CA=PLANTED", "INPUT_IDENTITY=PLANTED",
	})
	if code != 1 || strings.Contains(out, "PLANTED") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if !strings.Contains(readFile(t, r.output(t, "report")), "❌") {
		t.Error("the report does not say that it failed")
	}
	for _, name := range []string{"outputs", "summary"} {
		if strings.Contains(readFile(t, filepath.Join(r.folder, name)), "PLANTED") {
			t.Errorf("%s holds a secret", name)
		}
	}
	left, err := exec.CommandContext(t.Context(), "grep", "-rl", "PLANTED", r.folder).Output()
	if err == nil {
		t.Errorf("a secret is left in %s", left)
	}
}

// TestActionRefuses what would lay values open, or pass a credential over.
func TestActionRefuses(t *testing.T) {
	t.Parallel()
	r := newRunner(t, "")
	network := filepath.Join(r.folder, "network.hcl")
	writeFile(t, network, small, 0o600)
	for want, env := range map[string]string{"out needs encrypt-to": "INPUT_OUT=saved", "go with endpoints": "INPUT_KEY=PLANTED"} {
		out, code := r.script(t, "run.sh", []string{"INPUT_COMMAND=plan", "INPUT_PATH=" + network, env})
		if code != 1 || !strings.Contains(out, want) || strings.Contains(out, "PLANTED") {
			t.Errorf("%s: exit code %d\n%s", env, code, out)
		}
	}
	if text := readFile(t, filepath.Join(r.folder, "saved")); text != "" {
		t.Error("a plan was saved in plain")
	}
}

// TestCommentIsUpdatedInPlace: the first is written, the next replaces it.
func TestCommentIsUpdatedInPlace(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{"": "--method POST repos/someone/network/issues/7/comments", "42\n": "--method PATCH repos/someone/network/issues/comments/42"} {
		r := newRunner(t, answer)
		report := filepath.Join(r.folder, "report.md")
		writeFile(t, report, "<!-- sigilform:t -->\n### plan\n", 0o600)
		if out, code := r.script(t, "comment.sh", []string{"PULL_REQUEST=7"}, report); code != 0 {
			t.Fatalf("exit code %d\n%s", code, out)
		}
		if got := readFile(t, r.requests); !strings.Contains(got, want) || !strings.Contains(got, "body=@"+report) || strings.Count(got, "--method") != 1 {
			t.Errorf("requests:\n%s", got)
		}
		writeFile(t, report, "something else\n", 0o600)
		if _, code := r.script(t, "comment.sh", []string{"PULL_REQUEST=7"}, report); code == 0 {
			t.Error("what is not a report is posted")
		}
	}
}

// TestIssueOfDrift: opened once, updated, closed; a run that could not look is no news.
func TestIssueOfDrift(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		open, code, want string
		exit             int
	}{
		{"", "2", "--method POST repos/someone/network/issues ", 0},
		{"5\n", "2", "--method PATCH repos/someone/network/issues/5 --field body=@", 0},
		{"5\n", "0", "--method PATCH repos/someone/network/issues/5 --field state=closed", 0},
		{"", "0", "", 0},
		{"5\n", "1", "", 1},
	} {
		r := newRunner(t, c.open)
		out, code := r.script(t, "issue.sh", []string{"NETWORK=t"}, "report.md", c.code)
		got := readFile(t, r.requests)
		if code != c.exit || c.want != "" && !strings.Contains(got, c.want) || c.want == "" && strings.Contains(got, "--method") {
			t.Errorf("%+v: exit code %d, requests\n%s%s", c, code, got, out)
		}
	}
}

// manifest is a YAML file as data.
func manifest(t *testing.T, name string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := yaml.Unmarshal([]byte(readFile(t, filepath.Join(root, name))), &out); err != nil || len(out) == 0 {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

func keysOf(v any) []string {
	m, _ := v.(map[string]any)
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// TestActionFitsItsScripts: each input reaches the script, in the environment and
// never as a part of a script; each output is set by somebody.
func TestActionFitsItsScripts(t *testing.T) {
	t.Parallel()
	text := readFile(t, filepath.Join(root, "action.yml"))
	action := manifest(t, "action.yml")
	script := readFile(t, filepath.Join(root, "integrations/github/run.sh"))
	for _, input := range keysOf(action["inputs"]) {
		if slices.Contains([]string{"comment", "token", "binary"}, input) {
			continue
		}
		name := "INPUT_" + strings.ToUpper(strings.ReplaceAll(input, "-", "_"))
		if !strings.Contains(text, name+": ${{ inputs."+input+" }}") {
			t.Errorf("the input %s is not handed on", input)
		}
		part := strings.TrimPrefix(name, "INPUT_")
		if !strings.Contains(script, name) && !regexp.MustCompile(`for part in [A-Z ]*\b`+part+`\b`).MatchString(script) {
			t.Errorf("run.sh does not read %s", name)
		}
	}
	for _, line := range strings.Split(text, "\n") {
		if strings.Contains(line, "run:") && strings.Contains(line, "${{") {
			t.Errorf("an expression becomes a part of a script: %s", line)
		}
	}
	for _, output := range keysOf(action["outputs"]) {
		if !strings.Contains(text, "steps.run.outputs."+output) {
			t.Errorf("the output %s has no value", output)
		}
	}
}

// TestWorkflowsFitTheAction: what they hand over are inputs, what they read are
// outputs, and each says which rights it needs.
func TestWorkflowsFitTheAction(t *testing.T) {
	t.Parallel()
	action := manifest(t, "action.yml")
	inputs, outputs := keysOf(action["inputs"]), keysOf(action["outputs"])
	paths, err := filepath.Glob(filepath.Join(root, "integrations/github/workflows/*.yml"))
	if err != nil || len(paths) < 4 {
		t.Fatalf("found %v, %v", paths, err)
	}
	for _, path := range paths {
		name := strings.TrimPrefix(path, root+"/")
		w := manifest(t, name)
		if w["permissions"] == nil {
			t.Errorf("%s does not say which rights it needs", name)
		}
		if strings.Contains(readFile(t, path), "pull_request_target") {
			t.Errorf("%s would give its secrets to forks", name)
		}
		for _, job := range keysOf(w["jobs"]) {
			one, _ := w["jobs"].(map[string]any)[job].(map[string]any)
			steps, _ := one["steps"].([]any)
			for _, s := range steps {
				step, _ := s.(map[string]any)
				uses, _ := step["uses"].(string)
				if !strings.HasPrefix(uses, "sigilgate/sigilform@") {
					continue
				}
				for _, with := range keysOf(step["with"]) {
					if !slices.Contains(inputs, with) {
						t.Errorf("%s, %s: the action has no input %s", name, job, with)
					}
				}
			}
		}
		for _, m := range regexp.MustCompile(`steps\.(?:plan|drift)\.outputs\.([a-z_]+)`).FindAllStringSubmatch(readFile(t, path), -1) {
			if !slices.Contains(outputs, m[1]) {
				t.Errorf("%s: the action has no output %s", name, m[1])
			}
		}
	}
}

// TestGitLabTemplate: the reports that GitLab is told of are those that are
// written, and every flag exists.
func TestGitLabTemplate(t *testing.T) {
	t.Parallel()
	jobs := manifest(t, "integrations/gitlab/sigilform.gitlab-ci.yml")
	commands := readFile(t, filepath.Join(root, "docs/cli.md"))
	seen := 0
	for _, name := range keysOf(jobs) {
		job, _ := jobs[name].(map[string]any)
		lines, _ := job["script"].([]any)
		for _, l := range lines {
			line, _ := l.(string)
			seen++
			for _, m := range regexp.MustCompile(`--[a-z-]+`).FindAllString(line, -1) {
				if !strings.Contains(commands, "`"+m) {
					t.Errorf("%s: there is no flag %s", name, m)
				}
			}
			written := regexp.MustCompile(`--output [a-z]+=(\S+)`).FindAllStringSubmatch(line, -1)
			artifacts, err := json.Marshal(job["artifacts"])
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range written {
				if !strings.Contains(string(artifacts), `"`+w[1]+`"`) {
					t.Errorf("%s: %s is written and not kept", name, w[1])
				}
			}
		}
	}
	if seen < 4 {
		t.Errorf("only %d commands", seen)
	}
	apply, _ := jobs["sigilform-apply"].(map[string]any)
	if apply["resource_group"] == nil || apply["environment"] == nil {
		t.Error("two applies may run at once, or the job is not protected")
	}
}

// TestPreCommitHooks: each runs a command that exists, on HCL files.
func TestPreCommitHooks(t *testing.T) {
	t.Parallel()
	var hooks []struct {
		ID       string `json:"id"`
		Entry    string `json:"entry"`
		Language string `json:"language"`
		Files    string `json:"files"`
		Pass     *bool  `json:"pass_filenames"`
	}
	if err := yaml.Unmarshal([]byte(readFile(t, filepath.Join(root, ".pre-commit-hooks.yaml"))), &hooks); err != nil || len(hooks) != 2 {
		t.Fatalf("%v, %v", hooks, err)
	}
	folder := t.TempDir()
	writeFile(t, filepath.Join(folder, "network.hcl"), small, 0o600)
	for _, h := range hooks {
		words := strings.Fields(h.Entry)
		if h.Language != "golang" || words[0] != "sigilform" || h.Pass == nil || *h.Pass || !regexp.MustCompile(h.Files).MatchString("a/network.hcl") {
			t.Errorf("%+v", h)
		}
		if out, code := run(t, build(t), folder, words[1:]...); code != 0 {
			t.Errorf("%s: exit code %d\n%s", h.Entry, code, out)
		}
	}
}
