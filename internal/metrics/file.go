package metrics

import (
	"fmt"
	"io"

	"github.com/prometheus/common/expfmt"

	"github.com/sigilgate/sigilform/internal/atomicfile"
)

// fileMode lets node_exporter, which is another user, read the file. Nothing
// in it is secret.
const fileMode = 0o644

// WriteFile writes the metrics for node_exporter's textfile collector: the file
// is there wholly or not at all. A file that sigilform did not write is not
// replaced.
func (m *Metrics) WriteFile(path string) error {
	if _, err := Read(path); err != nil {
		return err
	}
	// Not synced: the next run writes it again, and a file that a power cut
	// empties is one that node_exporter misses once.
	f, err := atomicfile.Create(path, atomicfile.Options{Mode: fileMode, Unsynced: true})
	if err == nil {
		err = f.Close(m.write(f))
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
