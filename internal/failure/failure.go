package failure

import "strings"

// Failure is what is told of an error. It holds no secret that its maker was not
// given: who shows it masks what only the run knows.
type Failure struct {
	// Code names it for programs, and gives the exit code.
	Code Code
	// Summary is one line: it begins with a capital letter, unless it begins with
	// a name, and has no full stop.
	Summary string
	// Detail is whole sentences, and may be empty; lines are parted by \n.
	Detail string
	// Hint says in the imperative what to do, without a full stop; it may be empty.
	Hint string
	// Evidence is data that shows it: values that documents know, such as the keys
	// that moved.
	Evidence []any
	// Cause is the error behind it, nil where there is none.
	Cause error
}

// Teller is an error that says what is to be told of it. An error with data of its
// own, which callers look for with errors.As, is one.
type Teller interface {
	error
	Failure() *Failure
}

// Error is the summary and the detail on one line.
func (f *Failure) Error() string {
	if f.Detail == "" {
		return f.Summary
	}
	return f.Summary + ": " + strings.ReplaceAll(f.Detail, "\n", "; ")
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// Failure is f: it tells itself.
func (f *Failure) Failure() *Failure { return f }

// Text is what a Teller says of itself as an error.
func Text(t Teller) string { return t.Failure().Error() }

// Because is a cause at the end of a sentence: one line without a full stop.
func Because(err error) string {
	if err == nil {
		return "the reason is not known"
	}
	return strings.TrimSuffix(OneLine(err.Error()), ".")
}

// OneLine is a text of several lines on one.
func OneLine(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "\n", "; ") }
