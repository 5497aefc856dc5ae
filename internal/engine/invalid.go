package engine

import (
	"errors"
	"io/fs"

	"github.com/sigilgate/sigilform/internal/failure"
)

// invalid is the error for what the user gave, where it is not in a configuration.
func invalid(summary, detail, hint string) error {
	return &failure.Failure{Code: failure.Invalid, Summary: summary, Detail: detail, Hint: hint}
}

// misuse is the error for what a command line asks for and can't be done.
func misuse(summary, hint string) error {
	return &failure.Failure{Code: failure.Usage, Summary: summary, Hint: hint}
}

// causeOfFile is why a file can't be used, without its name.
func causeOfFile(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return failure.Because(err)
}

// ofFile names the file that a failure is about.
func ofFile(name string, err error) error {
	f := *failure.Of(err)
	f.Summary, f.Cause = name+": "+f.Summary, err
	return &f
}
