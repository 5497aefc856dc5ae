package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptTB is a test to the servers of a script: they live and fail with the
// script, in its folder. With the test of all scripts they would go on until the
// last one ends.
type scriptTB struct {
	testing.TB
	script *testscript.TestScript
}

func (s scriptTB) Helper() {}

func (s scriptTB) Cleanup(end func()) { s.script.Defer(end) }

func (s scriptTB) Fatal(args ...any) { s.script.Fatalf("%v", args) }

func (s scriptTB) Fatalf(format string, args ...any) { s.script.Fatalf(format, args...) }

func (s scriptTB) TempDir() string {
	dir, err := os.MkdirTemp(s.script.Getenv("WORK"), ".server-*")
	s.script.Check(err)
	return dir
}
