package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Damaged is the error for a key of sigilform's own that can't be read.
type Damaged struct {
	Key   string
	Cause error
}

// Failure names the key and what is wrong with it. What a later sigilform wrote
// is not damaged.
func (e *Damaged) Failure() *failure.Failure {
	if newer := (*TooNew)(nil); errors.As(e.Cause, &newer) {
		return newer.Failure()
	}
	return &failure.Failure{
		Code: failure.DamagedState, Summary: "sigilform's own state in the cluster is damaged", Cause: e.Cause,
		Detail: fmt.Sprintf("The key %s can't be read: %s.", e.Key, failure.Because(e.Cause)),
		Hint:   "find out who wrote below /sigilform/, and restore the key from a backup of etcd",
	}
}

// Error is the failure on one line.
func (e *Damaged) Error() string { return failure.Text(e) }

// Unwrap returns the cause.
func (e *Damaged) Unwrap() error { return e.Cause }

// TooNew is the error for a state that a later sigilform wrote.
type TooNew struct{ Format int }

// Failure says which format was found and which is known.
func (e *TooNew) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.NewerState, Summary: "A newer sigilform wrote the state of this network",
		Detail: fmt.Sprintf("It has format %d, and this version knows formats up to %d.", e.Format, FormatVersion),
		Hint:   "use the version that `sigilform history` shows, or a later one",
	}
}

// Error is the failure on one line.
func (e *TooNew) Error() string { return failure.Text(e) }

// EncodeHead is the value of the head's key.
func EncodeHead(h Head) (string, error) { return encode(h) }

// DecodeHead reads the value of the head's key.
func DecodeHead(value string) (Head, error) {
	var h Head
	if err := decode(value, &h); err != nil {
		return Head{}, err
	}
	if h.Format > FormatVersion {
		return Head{}, &TooNew{Format: h.Format}
	}
	if h.Network == "" || h.Serial < 1 || h.Generation == "" {
		return Head{}, errors.New("network, serial or generation is missing")
	}
	return h, nil
}

// EncodeRecord is the value of a record's key.
func EncodeRecord(r *Record) (string, error) { return encode(r) }

// DecodeRecord reads the value of a record's key.
func DecodeRecord(value string) (*Record, error) {
	var r Record
	if err := decode(value, &r); err != nil {
		return nil, err
	}
	return &r, nil
}

func encode(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", fmt.Errorf("encode state: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// decode accepts unknown fields: a later version of the same format may add some.
func decode(value string, into any) error {
	if err := json.Unmarshal([]byte(value), into); err != nil {
		return fmt.Errorf("decode state: %w", err)
	}
	return nil
}
