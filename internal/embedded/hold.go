package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/sigilgate/sigilform/internal/failure"
)

// tryAgain is how often a lock that another process has is tried.
const tryAgain = 25 * time.Millisecond

// Held is the error for a folder that another process holds.
type Held struct {
	// Dir is the folder .sigilform.
	Dir string `json:"-"`
	// PID, Command and Since are of the holder; zero where it did not say.
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// Failure says who holds the folder.
func (e *Held) Failure() *failure.Failure {
	f := &failure.Failure{
		Code: failure.Held, Summary: "Another process holds the embedded server", Detail: fmt.Sprintf("Its folder is %s.", e.Dir),
		Hint: "wait until it ends; to use the server from several commands at once, keep `sigilform dev` running",
	}
	if e.PID != 0 {
		f.Detail = fmt.Sprintf("Process %d, `%s`, holds %s since %s.", e.PID, e.Command, e.Dir, e.Since.Local().Format(time.DateTime))
	}
	return f
}

// Error is the failure on one line.
func (e *Held) Error() string { return failure.Text(e) }

// hold is the folder in this process's hands. The system releases the lock
// when the process ends, however it ends.
type hold struct {
	dir  string
	lock *flock.Flock
}

func take(ctx context.Context, dir string, o Options) (*hold, error) {
	h := &hold{dir: dir, lock: flock.New(filepath.Join(dir, lockFile), flock.SetPermissions(0o600))}
	got, err := h.lock.TryLock()
	if err == nil && !got && o.Wait > 0 {
		limit, cancel := context.WithTimeout(ctx, o.Wait)
		got, err = h.lock.TryLockContext(limit, tryAgain)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = nil
		}
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	case !got:
		return nil, holder(dir)
	}
	// What an earlier process left behind when it was killed says nothing any more.
	err = errors.Join(removeIfThere(filepath.Join(dir, endpointFile)), h.sign(o.Command))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("take %s: %w", dir, err), h.release())
	}
	return h, nil
}

// sign says in the folder who holds it.
func (h *hold) sign(command string) error {
	if command == "" {
		command = filepath.Base(os.Args[0])
	}
	text, err := json.Marshal(Held{PID: os.Getpid(), Command: command, Since: time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	return write(filepath.Join(h.dir, holderFile), string(text)+"\n")
}

func (h *hold) release() error {
	if err := errors.Join(removeIfThere(filepath.Join(h.dir, holderFile)), h.lock.Unlock()); err != nil {
		return fmt.Errorf("release %s: %w", h.dir, err)
	}
	return nil
}

// holder reads who holds the folder. Not to know is no reason to fail.
func holder(dir string) *Held {
	out := &Held{Dir: dir}
	text, err := os.ReadFile(filepath.Join(dir, holderFile)) //nolint:gosec // a file of our own folder
	if err == nil && json.Unmarshal(text, out) != nil {
		out = &Held{}
	}
	out.Dir = dir
	return out
}
