package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Damaged is the error for a key of sigilform's own that can't be read.
type Damaged struct {
	Key   string
	Cause error
}

// Error names the key and what is wrong with it.
func (e *Damaged) Error() string {
	return fmt.Sprintf("the state key %s is damaged: %v", e.Key, e.Cause)
}

// Unwrap returns the cause.
func (e *Damaged) Unwrap() error { return e.Cause }

// TooNew is the error for a state that a later sigilform wrote.
type TooNew struct{ Format int }

// Error says which format was found and which is known.
func (e *TooNew) Error() string {
	return fmt.Sprintf("the state has format %d, this sigilform knows up to %d: use a newer sigilform", e.Format, FormatVersion)
}

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
