package state

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// maxHistoryBytes bounds what a history record may unpack to, so that a
// damaged or hostile one can't fill the memory.
const maxHistoryBytes = 256 << 20

// HistoryPartBytes is how large a value of the history is at most, also where
// the server would take more.
const HistoryPartBytes = 256 << 10

// largeHistoryBytes is the size of a record, unpacked, from which on packing it
// well takes longer than it is worth.
const largeHistoryBytes = 4 << 20

// details is what goes into the parts of a large record.
type details struct {
	Changes []HistoryChange   `json:"changes,omitempty"`
	Before  map[string]string `json:"before,omitempty"`
}

// EncodeHistory is the value of a history record's key: gzip over JSON, the
// same bytes for the same record. Of a large one the changes and former records
// are in parts of at most size bytes, which belong below keys of their own.
func EncodeHistory(h History, size int) (text string, parts []string, err error) {
	h.Parts, size = 0, max(min(size, HistoryPartBytes), 1)
	plain, err := encode(h)
	if err != nil {
		return "", nil, err
	}
	if len(plain) <= largeHistoryBytes {
		text, err = pack(plain, gzip.BestCompression)
		if err != nil || len(text) <= size {
			return text, nil, err
		}
	}
	if plain, err = encode(details{Changes: h.Changes, Before: h.Before}); err != nil {
		return "", nil, err
	}
	rest, err := pack(plain, gzip.BestSpeed)
	if err != nil {
		return "", nil, err
	}
	for part := range slices.Chunk([]byte(rest), size) {
		parts = append(parts, string(part))
	}
	h.Changes, h.Before, h.Parts = nil, nil, len(parts)
	if plain, err = encode(h); err != nil {
		return "", nil, err
	}
	text, err = pack(plain, gzip.BestCompression)
	return text, parts, err
}

// DecodeHistory reads the value of a history record's key. Of a large record
// part returns the parts; where it is nil, changes and former records are left out.
func DecodeHistory(value string, part func(n int) (string, bool)) (History, error) {
	var h History
	if err := unpack(value, &h); err != nil {
		return h, err
	}
	if h.Format > FormatVersion {
		return h, &TooNew{Format: h.Format}
	}
	h.Bytes = len(value)
	if h.Parts == 0 || part == nil {
		return h, nil
	}
	var rest strings.Builder
	for n := range h.Parts {
		text, ok := part(n)
		if !ok {
			return h, fmt.Errorf("part %d of %d is missing", n, h.Parts)
		}
		rest.WriteString(text)
	}
	h.Bytes += rest.Len()
	var d details
	if err := unpack(rest.String(), &d); err != nil {
		return h, err
	}
	h.Changes, h.Before = d.Changes, d.Before
	return h, nil
}

// pack is gzip over a text.
func pack(text string, level int) (string, error) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, level)
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

func unpack(value string, into any) error {
	r, err := gzip.NewReader(strings.NewReader(value))
	if err != nil {
		return fmt.Errorf("unpack history: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(r, maxHistoryBytes+1))
	if err != nil {
		return fmt.Errorf("unpack history: %w", err)
	}
	if len(text) > maxHistoryBytes {
		return errors.New("unpack history: larger than 256 MiB")
	}
	return decode(string(text), into)
}

// secretValue is an old sensitive value; bytes that are not UTF-8 go base64.
type secretValue struct {
	Text  string `json:"text,omitempty"`
	Bytes []byte `json:"bytes,omitempty"`
}

// EncodeSecrets are the values of a serial's old sensitive values, by key: one,
// or several of about size bytes where they are many. Each is whole by itself.
func EncodeSecrets(secrets map[string]string, size int) ([]string, error) {
	var out []string
	some, spent := map[string]secretValue{}, 0
	size = min(size, HistoryPartBytes)
	flush := func() error {
		text, err := encode(some)
		out, some, spent = append(out, text), map[string]secretValue{}, 0
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(secrets)) {
		if spent += len(key) + len(secrets[key]); spent > size && len(some) > 0 {
			if err := flush(); err != nil {
				return nil, err
			}
			spent = len(key) + len(secrets[key])
		}
		var v secretValue
		v.Text, v.Bytes = split(secrets[key])
		some[key] = v
	}
	return out, flush()
}

// DecodeSecrets reads a serial's old sensitive values, also as they were
// written at first: plain texts.
func DecodeSecrets(value string) (map[string]string, error) {
	var raw map[string]json.RawMessage
	if err := decode(value, &raw); err != nil {
		return nil, err
	}
	out := make(map[string]string, len(raw))
	for key, text := range raw {
		var plain string
		if json.Unmarshal(text, &plain) == nil {
			out[key] = plain
			continue
		}
		var v secretValue
		if err := json.Unmarshal(text, &v); err != nil {
			return nil, fmt.Errorf("decode old sensitive values: %w", err)
		}
		out[key] = join(v.Text, v.Bytes)
	}
	return out, nil
}
