package engine

import (
	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/intake"
)

// invalid is the error for what the user gave, where it is not in a configuration.
func invalid(summary, detail, hint string) error {
	return &failure.Failure{Code: failure.Invalid, Summary: summary, Detail: detail, Hint: hint}
}

// misuse is the error for what a command line asks for and can't be done.
func misuse(summary, hint string) error {
	return &failure.Failure{Code: failure.Usage, Summary: summary, Hint: hint}
}

// unreadable is the error for a file that a flag names and that can't be read,
// where some kind of file is wanted.
func unreadable(what, name, wanted string, err error) error {
	return &failure.Failure{
		Code: failure.Invalid, Summary: what + " " + name + " can't be read", Detail: "Reason: " + intake.Cause(err) + ".",
		Hint: intake.Advice(err, wanted), Cause: err,
	}
}

// ofFile names the file that a failure is about.
func ofFile(name string, err error) error {
	f := *failure.Of(err)
	f.Summary, f.Cause = name+": "+f.Summary, err
	return &f
}
