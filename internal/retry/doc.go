// Package retry waits between tries: once, or each time twice as long up to a
// bound, for as long as there is patience.
//
// It tries nothing itself, and knows no errors: whether another try may help, and
// what is said when it may not, is for the caller to say.
package retry
