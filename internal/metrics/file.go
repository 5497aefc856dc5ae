package metrics

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/prometheus/common/expfmt"
)

// fileMode lets node_exporter, which is another user, read the file. Nothing
// in it is secret.
const fileMode = 0o644

// WriteFile writes the metrics for node_exporter's textfile collector: the file
// is there wholly or not at all. A file that sigilform did not write is not
// replaced.
func (m *Metrics) WriteFile(path string) (err error) {
	if _, err := Read(path); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".sigilform-metrics-*")
	if err != nil {
		return fmt.Errorf("write the metrics: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	err = m.write(f)
	// Not fsync'd: the next run writes it again, and a file that a power cut
	// empties is one that node_exporter misses once.
	err = errors.Join(err, f.Chmod(fileMode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write the metrics: %w", err)
	}
	return nil
}

// write writes the text format.
func (m *Metrics) write(w io.Writer) error {
	families, err := m.registry.Gather()
	if err != nil {
		return fmt.Errorf("gather: %w", err)
	}
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(w, family); err != nil {
			return fmt.Errorf("write %s: %w", family.GetName(), err)
		}
	}
	return nil
}
