package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// older is a file that is there already.
func older(t *testing.T, mode fs.FileMode) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "f")
	if err := errors.Join(os.WriteFile(name, []byte("old"), mode), os.Chmod(name, mode)); err != nil {
		t.Fatal(err)
	}
	return name
}

// holds requires a file's text and mode, and that nothing is beside it.
func holds(t *testing.T, name, text string, mode fs.FileMode) {
	t.Helper()
	got, err := os.ReadFile(name)
	info, failed := os.Lstat(name)
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	if string(got) != text || info.Mode() != mode {
		t.Errorf("it holds %.20q with mode %v, want %.20q with %v", got, info.Mode(), text, mode)
	}
	if left := beside(t, name); len(left) > 0 {
		t.Errorf("%q were left beside it", left)
	}
}

// beside lists the unfinished files in a file's folder.
func beside(t *testing.T, name string) []string {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(filepath.Dir(name), ".sigilform-*"))
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func TestMode(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before, asked, want fs.FileMode
	}{
		"it is given":       {0o644, 0o600, 0o600},
		"it is kept":        {0o640, 0, 0o640},
		"nobody may write":  {0o400, 0, 0o400},
		"others may read":   {0o600, 0o644, 0o644},
		"it is executable":  {0o755, 0, 0o755},
		"it stays as asked": {0o600, 0o600, 0o600},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := older(t, tt.before)
			if err := Put(file, []byte("new"), Options{Mode: tt.asked}); err != nil {
				t.Fatal(err)
			}
			holds(t, file, "new", tt.want)
		})
	}
}

func TestNewFileIsForItsOwner(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "f")
	if err := Put(file, []byte("new"), Options{}); err != nil {
		t.Fatal(err)
	}
	holds(t, file, "new", 0o600)
}

// TestUnfinishedIsForItsOwner: what is written aside is nobody else's business
// before all of it is there either.
func TestUnfinishedIsForItsOwner(t *testing.T) {
	t.Parallel()
	file := older(t, 0o644)
	f, err := Create(file, Options{Mode: 0o644})
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.aside.Stat()
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("it has mode %v (%v) while it is written, want 0600", info.Mode(), err)
	}
	if err := f.Close(nil); err != nil {
		t.Fatal(err)
	}
	holds(t, file, "", 0o644)
}

// TestLink: a link is replaced, and what it leads to stays, unless it is to be
// followed.
func TestLink(t *testing.T) {
	t.Parallel()
	for name, follow := range map[string]bool{"replaced": false, "followed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := older(t, 0o640)
			link := filepath.Join(t.TempDir(), "link")
			if err := os.Symlink(file, link); err != nil {
				t.Fatal(err)
			}
			if err := Put(link, []byte("new"), Options{Follow: follow}); err != nil {
				t.Fatal(err)
			}
			if follow {
				holds(t, file, "new", 0o640)
				if to, err := os.Readlink(link); err != nil || to != file {
					t.Errorf("the link leads to %q (%v)", to, err)
				}
				return
			}
			holds(t, file, "old", 0o640)
			holds(t, link, "new", 0o600)
		})
	}
}

func TestNothingToFollow(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "f")
	if err := Put(file, nil, Options{Follow: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that it does not exist", err)
	}
}

func TestNoFolder(t *testing.T) {
	t.Parallel()
	if err := Put(filepath.Join(t.TempDir(), "none", "f"), nil, Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that the folder does not exist", err)
	}
}

// TestErrorTakesItAway: the caller's error, a name that is taken by a folder.
func TestErrorTakesItAway(t *testing.T) {
	t.Parallel()
	file := older(t, 0o644)
	f, err := Create(file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	cause := errors.New("half of it")
	if _, err := f.Write([]byte("ne")); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(cause); !errors.Is(err, cause) {
		t.Errorf("got %v, want the cause", err)
	}
	holds(t, file, "old", 0o644)
	folder := filepath.Join(filepath.Dir(file), "folder")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Put(folder, []byte("new"), Options{}); err == nil {
		t.Error("a folder was replaced by a file")
	}
	holds(t, file, "old", 0o644)
}

// TestSynced: the file is on the disk before it has its name, then its folder is.
func TestSynced(t *testing.T) {
	t.Parallel()
	file := older(t, 0o600)
	f, err := Create(file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var synced []string
	f.sync = func(s *os.File) error {
		text, err := os.ReadFile(file)
		synced = append(synced, s.Name()+" "+string(text))
		return errors.Join(err, s.Sync())
	}
	if _, err := f.Write([]byte("new")); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(nil); err != nil {
		t.Fatal(err)
	}
	want := []string{f.aside.Name() + " old", filepath.Dir(file) + " new"}
	if !slices.Equal(synced, want) {
		t.Errorf("synced were %q, want %q", synced, want)
	}
	holds(t, file, "new", 0o600)
}

func TestUnsynced(t *testing.T) {
	t.Parallel()
	file := older(t, 0o600)
	f, err := Create(file, Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	f.sync = func(s *os.File) error { return errors.New("synced " + s.Name()) }
	if err := f.Close(nil); err != nil {
		t.Error(err)
	}
	holds(t, file, "", 0o600)
}

// TestDiskFails: what can't be brought to the disk does not take the place of
// what is there. A folder that can't is an error, too: the file has its place.
func TestDiskFails(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		aside bool
		want  string
	}{"of the file": {true, "old"}, "of the folder": {false, "new"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := older(t, 0o600)
			f, err := Create(file, Options{})
			if err != nil {
				t.Fatal(err)
			}
			broken := errors.New("the disk is broken")
			f.sync = func(s *os.File) error {
				if (s == f.aside) == tt.aside {
					return broken
				}
				return nil
			}
			if _, err := f.Write([]byte("new")); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(nil); !errors.Is(err, broken) {
				t.Errorf("got %v, want that the disk is broken", err)
			}
			holds(t, file, tt.want, 0o600)
		})
	}
}

func TestSyncFolder(t *testing.T) {
	t.Parallel()
	if err := SyncFolder(t.TempDir()); err != nil {
		t.Error(err)
	}
	if err := SyncFolder("/proc/self"); err != nil { // it can't be synced
		t.Error(err)
	}
	if err := SyncFolder(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that it does not exist", err)
	}
}
