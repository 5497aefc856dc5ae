package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/etcdserver/api/snap"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.etcd.io/etcd/server/v3/storage/wal/walpb"
	"go.uber.org/zap"

	"github.com/sigilgate/sigilform/internal/fault"
)

// inspect reads etcd's files before etcd does: it would panic at damaged ones,
// in goroutines of its own, where nobody can recover. What a log holds and a
// database says of it must fit together, too: of a log that lost its end etcd
// would take new writes for old ones, and not carry them out.
func inspect(data string) (err error) {
	defer func() {
		if err != nil {
			err = failed(data, err)
		}
	}()
	defer fault.Into(&err)
	member := filepath.Join(data, "member")
	if _, err := os.Lstat(data); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := plainFiles(member); err != nil {
		return err
	}
	kept, err := readDatabase(filepath.Join(member, "snap", "db"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	last, err := readLog(member)
	if err != nil {
		return fmt.Errorf("its log: %w", err)
	}
	if index, ok := kept[consistentIndex]; ok && len(index) == 8 && binary.BigEndian.Uint64(index) > last {
		return fmt.Errorf("its log ends at entry %d, while the database has entry %d", last, binary.BigEndian.Uint64(index))
	}
	return nil
}

// plainFiles refuses a pipe or a device in the place of a file: who opens one
// may wait for ever. A symbolic link is taken for what it leads to.
func plainFiles(dir string) error {
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err != nil || info.IsDir() || info.Mode().IsRegular() {
			return err
		}
		return fmt.Errorf("%s is not a regular file", path)
	})
	if errors.Is(err, os.ErrNotExist) {
		return nil // what must be there is missed later
	}
	return err
}

// consistentIndex is the key, in the bucket metaBucket, of the last entry of the log
// that is in the database.
const metaBucket, consistentIndex = "meta", "consistent_index"

// readLog reads the write-ahead log as etcd will, and returns its last index.
func readLog(member string) (last uint64, err error) {
	logger := newBreakdown().logger() // it panics here, in our own goroutine
	dir := filepath.Join(member, "wal")
	if !wal.Exist(dir) {
		return 0, errors.New("it is missing")
	}
	start, err := newest(logger, filepath.Join(member, "snap"), dir)
	if err != nil {
		return 0, err
	}
	w, err := wal.OpenForRead(logger, dir, start)
	if err != nil {
		return 0, err
	}
	metadata, _, entries, err := w.ReadAll()
	_ = w.Close() // of one that only reads it says that there is no folder to close
	if err != nil {
		return 0, err
	}
	if len(metadata) == 0 {
		return 0, errors.New("it does not say whose it is: its beginning is gone")
	}
	last = start.GetIndex()
	if n := len(entries); n > 0 {
		last = entries[n-1].GetIndex()
	}
	return last, nil
}

// newest is the newest snapshot of the log's beginning, where there is one.
// Without any, the log is not read for what it says of them.
func newest(logger *zap.Logger, dir, log string) (*walpb.Snapshot, error) {
	if saved, err := filepath.Glob(filepath.Join(dir, "*.snap")); err != nil || len(saved) == 0 {
		return &walpb.Snapshot{}, err
	}
	marks, err := wal.ValidSnapshotEntries(logger, log)
	if err != nil {
		return nil, err
	}
	found, err := snap.New(logger, dir).LoadNewestAvailable(marks)
	if errors.Is(err, snap.ErrNoSnapshot) {
		return &walpb.Snapshot{}, nil
	}
	if err != nil {
		return nil, err
	}
	m := found.GetMetadata()
	return &walpb.Snapshot{Index: new(m.GetIndex()), Term: new(m.GetTerm())}, nil
}
