package state

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxHistoryBytes bounds what a history record may unpack to, so that a
// damaged or hostile one can't fill the memory.
const maxHistoryBytes = 256 << 20

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

// EncodeHistory is the value of a history record's key: gzip over JSON, the
// same bytes for the same record.
func EncodeHistory(h History) (string, error) {
	text, err := encode(h)
	if err != nil {
		return "", err
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return "", fmt.Errorf("pack history: %w", err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		return "", fmt.Errorf("pack history: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("pack history: %w", err)
	}
	return packed.String(), nil
}

// DecodeHistory reads the value of a history record's key.
func DecodeHistory(value string) (History, error) {
	var h History
	r, err := gzip.NewReader(strings.NewReader(value))
	if err != nil {
		return h, fmt.Errorf("unpack history: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(r, maxHistoryBytes+1))
	if err != nil {
		return h, fmt.Errorf("unpack history: %w", err)
	}
	if len(text) > maxHistoryBytes {
		return h, errors.New("unpack history: larger than 256 MiB")
	}
	if err := decode(string(text), &h); err != nil {
		return h, err
	}
	if h.Format > FormatVersion {
		return h, &TooNew{Format: h.Format}
	}
	h.Bytes = len(value)
	return h, nil
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
