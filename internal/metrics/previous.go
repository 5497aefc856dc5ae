package metrics

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/sigilgate/sigilform/internal/failure"
)

// maxFile is how much of a file of metrics is read.
const maxFile = 4 << 20

// Previous is what an earlier run left in a file.
type Previous struct{ byNetwork map[string][]sample }

// only is the network of a file that knows just one, else nothing.
func (p Previous) only() string {
	if len(p.byNetwork) != 1 {
		return ""
	}
	for network := range p.byNetwork {
		return network
	}
	return ""
}

// Foreign is the error for a file that sigilform did not write: it is not
// replaced.
type Foreign struct{ Path, Why string }

// Failure says why it is none.
func (e *Foreign) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.ForeignFile, Summary: e.Path + " is not a file of metrics that sigilform wrote", Detail: "It is left as it is: " + e.Why + ".",
		Hint: "choose another file, or move this one away",
	}
}

// Error is the failure on one line.
func (e *Foreign) Error() string { return failure.Text(e) }

// Read reads what an earlier run wrote. A file that is not there, or is empty,
// knows nothing.
func Read(path string) (Previous, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return Previous{}, &Foreign{Path: path, Why: "it is not a regular file"} // to open a pipe may wait for ever
	}
	f, err := os.Open(path) //nolint:gosec // the user names the file
	if errors.Is(err, fs.ErrNotExist) {
		return Previous{}, nil
	}
	if err != nil {
		return Previous{}, fmt.Errorf("read the metrics: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		return Previous{}, &Foreign{Path: path, Why: "it is not a regular file"}
	}
	text, err := io.ReadAll(io.LimitReader(bufio.NewReader(f), maxFile+1))
	switch {
	case err != nil:
		return Previous{}, fmt.Errorf("read the metrics: %w", err)
	case len(text) > maxFile:
		return Previous{}, &Foreign{Path: path, Why: "it is too large"}
	}
	p, why := parse(text)
	if why != "" {
		return Previous{}, &Foreign{Path: path, Why: why}
	}
	return p, nil
}

// parse reads the text format. Whatever sigilform would not write makes the
// file another's.
func parse(text []byte) (p Previous, why string) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		return p, "it is not in Prometheus' text format"
	}
	p.byNetwork = map[string][]sample{}
	all := known()
	for name, family := range families {
		k, ok := all[name]
		if !ok {
			return Previous{}, "it holds other metrics"
		}
		for _, one := range family.GetMetric() {
			labels, ok := labelsOf(one, k.labels)
			if !ok || one.GetGauge() == nil {
				return Previous{}, "its metrics have another shape"
			}
			p.byNetwork[labels[0]] = append(p.byNetwork[labels[0]], sample{name, labels, one.GetGauge().GetValue()})
		}
	}
	return p, ""
}

// labelsOf are the values of the labels, in the order of their names.
func labelsOf(one *dto.Metric, names []string) ([]string, bool) {
	if len(one.GetLabel()) != len(names) {
		return nil, false
	}
	given := map[string]string{}
	for _, pair := range one.GetLabel() {
		given[pair.GetName()] = pair.GetValue()
	}
	out := make([]string, 0, len(names))
	for _, name := range names {
		value, ok := given[name]
		if !ok {
			return nil, false
		}
		out = append(out, value)
	}
	return out, true
}
