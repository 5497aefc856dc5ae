package main

import (
	"encoding/json"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdLogged checks that every line of the last command's standard error is a
// JSON object that has what every line of a log has, and writes them to a file.
func cmdLogged(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 1, "logged FILE")
	text := ts.ReadFile("stderr")
	lines := 0
	for line := range strings.Lines(text) {
		var record struct {
			Time                time.Time
			Level, Msg, Command string
		}
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			ts.Fatalf("this line of the log is not JSON: %s", line)
		}
		if record.Time.IsZero() || record.Level == "" || record.Msg == "" || !strings.HasPrefix(record.Command, "sigilform ") {
			ts.Fatalf("this line of the log lacks a field: %s", line)
		}
		lines++
	}
	if lines == 0 {
		ts.Fatalf("nothing was logged")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// cmdWithin runs a program that must end in so long a time with an exit code.
func cmdWithin(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) >= 3, "within TIME N PROGRAM ARGS…")
	limit, err := time.ParseDuration(args[0])
	ts.Check(err)
	from := time.Now()
	cmdCode(ts, false, args[1:])
	if took := time.Since(from); took > limit {
		ts.Fatalf("%s took %s, longer than %s", fields(args[2:]), took, limit)
	}
}
