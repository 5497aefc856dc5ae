package docstest

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unit is a systemd unit: its settings by section and name.
func unit(t *testing.T, name string) map[string]map[string][]string {
	t.Helper()
	out := map[string]map[string][]string{}
	section := ""
	for line := range strings.Lines(readFile(t, filepath.Join(root, "deploy/systemd", name))) {
		line = strings.TrimSpace(line)
		key, value, set := strings.Cut(line, "=")
		switch {
		case line == "", strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			section = line
			out[section] = map[string][]string{}
		case !set || section == "":
			t.Errorf("%s: %q is not a setting of a section", name, line)
		default:
			out[section][key] = append(out[section][key], value)
		}
	}
	return out
}

// TestDeployUnits: each runs a command line that exists, as nobody in particular.
func TestDeployUnits(t *testing.T) {
	t.Parallel()
	commands := readFile(t, filepath.Join(root, "docs/cli.md"))
	for _, name := range []string{"sigilform-drift.service", "sigilform-watch.service"} {
		service := unit(t, name)["[Service]"]
		for key, want := range map[string]string{
			"DynamicUser": "yes", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "CapabilityBoundingSet": "",
			"SuccessExitStatus": "2", "StateDirectory": "sigilform", "EnvironmentFile": "/etc/sigilform/drift.env",
		} {
			if !slices.Equal(service[key], []string{want}) {
				t.Errorf("%s: %s is %q, want %q", name, key, service[key], want)
			}
		}
		if len(service["LoadCredential"]) != 3 {
			t.Errorf("%s: the certificate is not handed over: %q", name, service["LoadCredential"])
		}
		if len(service["ExecStart"]) != 1 {
			t.Fatalf("%s starts %q", name, service["ExecStart"])
		}
		existing(t, name, commands, service["ExecStart"][0])
	}
	timer := unit(t, "sigilform-drift.timer")
	if len(timer["[Timer]"]["OnCalendar"]) != 1 || len(timer["[Install]"]["WantedBy"]) != 1 {
		t.Errorf("the timer never starts: %v", timer)
	}
	existing(t, "cron", commands, readFile(t, filepath.Join(root, "deploy/cron/sigilform-drift")))
}

// existing checks that each flag of a command line is documented.
func existing(t *testing.T, where, commands, line string) {
	t.Helper()
	flags := regexp.MustCompile(`--[a-z-]+`).FindAllString(line, -1)
	if !strings.Contains(line, "/usr/local/bin/sigilform drift ") || len(flags) == 0 {
		t.Errorf("%s runs %q", where, line)
	}
	for _, f := range flags {
		if !strings.Contains(commands, "`"+f) {
			t.Errorf("%s: there is no flag %s", where, f)
		}
	}
}

// TestDeployUnitsVerify asks systemd itself, on machines that have it.
func TestDeployUnitsVerify(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("there is no systemd-analyze on this machine: the structure was checked")
		return
	}
	for _, name := range []string{"sigilform-drift.service", "sigilform-watch.service", "sigilform-drift.timer"} {
		out, _ := exec.CommandContext(t.Context(), program, "verify", "--man=no", filepath.Join(root, "deploy/systemd", name)).CombinedOutput()
		for line := range strings.Lines(string(out)) {
			// The program is not installed here; everything else is worth a look.
			if strings.Contains(line, name+":") && !strings.Contains(line, "/usr/local/bin/sigilform") {
				t.Errorf("%s", line)
			}
		}
	}
}

// TestDeployAlerts: rules speak of metrics that are there.
func TestDeployAlerts(t *testing.T) {
	t.Parallel()
	text := readFile(t, filepath.Join(root, "deploy/prometheus/alerts.yml"))
	if len(manifest(t, "deploy/prometheus/alerts.yml")["groups"].([]any)) != 1 { //nolint:forcetypeassert // it is written here
		t.Error("there are no rules")
	}
	names := regexp.MustCompile(`sigilform_[a-z_]+`).FindAllString(text, -1)
	if len(names) < 2 {
		t.Errorf("only %v", names)
	}
	for _, name := range names {
		if !strings.Contains(readFile(t, filepath.Join(root, "docs/cli.md")), "`"+name+"`") {
			t.Errorf("there is no metric %s", name)
		}
	}
}
