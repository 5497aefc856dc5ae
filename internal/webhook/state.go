package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/sigilgate/sigilform/internal/atomicfile"
	"github.com/sigilgate/sigilform/internal/failure"
)

const (
	// stateFormat is the version of the file, stateMode keeps others out: by a
	// digest a value can be guessed.
	stateFormat = 1
	stateMode   = 0o600
	// maxState is how much of a file is read.
	maxState = 4 << 20
)

// State is what was last told of each network.
type State struct {
	path     string
	networks map[string]told
}

// told is the last message of one network.
type told struct {
	// Digest is of what had drifted, empty without drift.
	Digest string    `json:"digest"`
	At     time.Time `json:"at"`
}

// stateFile is the form of the file.
type stateFile struct {
	Format   int             `json:"sigilform_webhook_state"`
	Networks map[string]told `json:"networks"`
}

// ForeignState is the error for a file that sigilform did not write: it is not
// replaced.
type ForeignState struct{ Path string }

// Failure says so.
func (e *ForeignState) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.ForeignFile, Summary: e.Path + " is not a file in which sigilform keeps what a webhook was told",
		Detail: "It is left as it is.", Hint: "choose another file, or move this one away",
	}
}

// Error is the failure on one line.
func (e *ForeignState) Error() string { return failure.Text(e) }

// NewState remembers until the process ends.
func NewState() *State { return &State{networks: map[string]told{}} }

// ReadState remembers in a file. One that is not there, or is empty, knows
// nothing.
func ReadState(path string) (*State, error) {
	s := NewState()
	s.path = path
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, &ForeignState{Path: path} // to open a pipe may wait for ever
	}
	f, err := os.Open(path) //nolint:gosec // the user names the file
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what the webhook was told: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, &ForeignState{Path: path}
	}
	text, err := io.ReadAll(io.LimitReader(f, maxState))
	if err != nil {
		return nil, fmt.Errorf("read what the webhook was told: %w", err)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return s, nil
	}
	var file stateFile
	if err := json.Unmarshal(text, &file); err != nil || file.Format != stateFormat {
		return nil, &ForeignState{Path: path}
	}
	for network, last := range file.Networks {
		s.networks[network] = last
	}
	return s, nil
}

// last is the digest that was last told, empty where it was "no drift" or
// nothing was told yet.
func (s *State) last(network string) string { return s.networks[network].Digest }

// move remembers what was told.
func (s *State) move(network, digest string, at time.Time) error {
	s.networks[network] = told{Digest: digest, At: at.UTC()}
	if s.path == "" {
		return nil
	}
	if err := s.write(); err != nil {
		return fmt.Errorf("remember what the webhook was told: %w", err)
	}
	return nil
}

// write writes the file, which is there wholly or not at all.
func (s *State) write() error {
	text, err := json.Marshal(stateFile{Format: stateFormat, Networks: s.networks})
	if err != nil {
		return err //nolint:wrapcheck // move says what was tried
	}
	return atomicfile.Put(s.path, append(text, '\n'), atomicfile.Options{Mode: stateMode}) //nolint:wrapcheck // move says what was tried
}
