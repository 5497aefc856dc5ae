package render_test

import (
	"bytes"
	"testing"

	"github.com/sigilgate/sigilform/internal/render"
)

func TestOutputs(t *testing.T) {
	t.Parallel()
	outputs := []render.Output{
		{Name: "port", Value: 443, Text: "443"},
		{Name: "cores", Value: []any{"a", "b"}, Text: "[\n  \"a\",\n  \"b\",\n]", Description: "All Cores."},
		{Name: "password", Value: "PLANTED", Text: `"PLANTED"`, Sensitive: true},
		{Name: "empty", Value: "", Text: `""`},
		{Name: "none", Text: "null"},
	}
	show := func(o render.Options) string {
		return rendered(t, func(w *bytes.Buffer) error { return render.Outputs(w, outputs, o) })
	}
	const text = `cores    = [
  "a",
  "b",
]
empty    = ""
none     = null
password = (sensitive)
port     = 443
`
	if got := show(render.Options{}); got != text {
		t.Errorf("got\n%s\nwant\n%s", got, text)
	}
	const inJSON = `{
  "format_version": "1.0",
  "document": "outputs",
  "outputs": {
    "cores": {
      "value": [
        "a",
        "b"
      ],
      "sensitive": false,
      "description": "All Cores."
    },
    "empty": {
      "value": "",
      "sensitive": false
    },
    "none": {
      "value": null,
      "sensitive": false
    },
    "password": {
      "sensitive": true
    },
    "port": {
      "value": 443,
      "sensitive": false
    }
  }
}
`
	if got := show(render.Options{Format: render.JSON}); got != inJSON {
		t.Errorf("got\n%s\nwant\n%s", got, inJSON)
	}
}
